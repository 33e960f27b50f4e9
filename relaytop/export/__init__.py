"""Prometheus: the metrics, the server that shows them, alert rules and a dashboard."""
