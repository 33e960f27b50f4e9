"""What a webhook is sent, in each of its formats."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Protocol

from relaytop.alerts.formats.alertmanager import RESEND_S, alertmanager_alerts
from relaytop.alerts.formats.document import alert_document
from relaytop.alerts.formats.slack import slack_message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.alerts.alert import Alert

ALERTMANAGER_PATH = "/api/v2/alerts"
"""Where Alertmanager listens: of a URL without a path."""


class Bodies(Protocol):
    """Makes the JSON documents that are posted."""

    path: str
    """Of a URL that names none."""
    refresh_s: float | None
    """Seconds between two posts of all that fires; None: never."""

    def of(self, alert: Alert) -> object:
        """Return the document that tells of one change."""
        ...

    def again(self, firing: Sequence[Alert]) -> object | None:
        """Return the document of all that fires now; None without any to be told of."""
        ...


class OneByOne:
    """A document for each change."""

    path = "/"
    refresh_s: float | None = None

    def __init__(self, make: Callable[[Alert, str], dict[str, Any]], host: str) -> None:
        self._make = make
        self._host = host

    def of(self, alert: Alert) -> dict[str, Any]:
        """Return the document that tells of one change."""
        return self._make(alert, self._host)

    def again(self, firing: Sequence[Alert]) -> None:
        """Return None: nothing is told twice."""


class Alertmanager:
    """Arrays of alerts; it lets one end that is not sent again in time, so what fires is.

    Args:
        host: The name of this machine.
        clock: Steady Unix seconds.
    """

    path = ALERTMANAGER_PATH
    refresh_s: float | None = RESEND_S

    def __init__(self, host: str, clock: Callable[[], float]) -> None:
        self._host = host
        self._clock = clock
        self._told: dict[str, Alert] = {}
        """Key → what was posted of it last, while it fires."""

    def of(self, alert: Alert) -> list[dict[str, Any]]:
        """Return the alert, and the end of what it was with another severity."""
        before = self._told.pop(alert.key, None)
        if alert.state == "firing":
            self._told[alert.key] = alert
        is_replaced = before is not None and before.severity != alert.severity
        replaced = [before] if before is not None and is_replaced else []
        return alertmanager_alerts([alert], self._host, self._clock(), replaced)

    def again(self, firing: Sequence[Alert]) -> list[dict[str, Any]] | None:
        """Return all that fires, with what is known of it now; None without any.

        Left out is what nobody was to be told of from the first. A severity that nobody was told
        of, since the alert was acknowledged or snoozed before, is not told here either: it would be
        another alert.
        """
        found = []
        for alert in firing:
            told = self._told.get(alert.key)
            if told is not None:
                found.append(dataclasses.replace(alert, severity=told.severity))
            elif not alert.acknowledged and alert.snoozed_until is None:
                found.append(alert)
        self._told.update({alert.key: alert for alert in found})
        return alertmanager_alerts(found, self._host, self._clock()) if found else None


def bodies(form: str, host: str, clock: Callable[[], float]) -> Bodies:
    """Return what makes the documents of a format.

    Args:
        form: `json`, `slack` or `alertmanager`.
        host: The name of this machine.
        clock: Steady Unix seconds.
    """
    if form == "alertmanager":
        return Alertmanager(host, clock)
    return OneByOne(slack_message if form == "slack" else alert_document, host)
