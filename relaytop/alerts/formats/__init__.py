"""Alerts as other programs want them: JSON, environment variables, Slack, Alertmanager. Pure."""
