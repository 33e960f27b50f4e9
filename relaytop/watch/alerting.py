"""Alerts of a watch: evaluated as its figures change, and handed to whoever tells others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from relaytop.alerts.alert import Alert


class AlertSender(Protocol):
    """Whoever tells others of alerts: a command, a webhook, a messaging service."""

    def send(self, alert: Alert) -> None:
        """Hand on that an alert fired, got worse or resolved, without waiting for anything."""
        ...
