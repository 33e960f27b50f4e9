"""Rows from other machines: agents over ssh, a Prometheus, and the users' own requests."""
