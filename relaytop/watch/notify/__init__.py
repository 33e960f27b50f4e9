"""Sending alerts to those who are not looking: a command, a webhook, services."""
