"""Alerts through Apprise's services: chats, pagers, mail; with the extra `notify`."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast

from relaytop.alerts.formats.document import rfc3339
from relaytop.alerts.formats.sentence import sentence
from relaytop.config.errors import RelaytopError
from relaytop.watch.notify.channel import Undelivered
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.alerts.alert import Alert
    from relaytop.config.settings import Secret
    from relaytop.watch.notify.channel import Closing

_LIBRARY = "apprise"
MAX_SCHEMA = 24


class _Service(Protocol):
    def notify(self, *, body: str, title: str, notify_type: object) -> bool:
        """Send a message; return whether the service took it."""
        ...


def require_apprise() -> None:
    """Check that the library is installed, without importing it.

    Raises:
        RelaytopError: It is not.
    """
    if find_spec(_LIBRARY) is None:
        message = "[alerts] services needs Apprise: pip install 'relaytop[notify]'"
        raise RelaytopError(message)


class ServiceChannel:
    """One service, by its URL.

    Args:
        url: As Apprise writes it; a secret.
        host: The name of this machine.
    """

    refresh_s: float | None = None

    def __init__(self, url: Secret, host: str) -> None:
        self._url = url
        self._host = host
        self._service: _Service | None = None
        self.name = f"alert service {_schema(url.reveal())}"

    def deliver(self, alert: Alert, closing: Closing) -> Undelivered | None:
        """Send one alert; Apprise bounds the time, and does not tell why a service refused."""
        del closing
        try:
            sent = self._send(alert)
        except Exception as error:  # noqa: BLE001 - whatever one of a hundred plugins raises
            return Undelivered(f"Apprise failed: {type(error).__name__}")
        if sent is None:
            return Undelivered("Apprise does not recognise the URL")
        return None if sent else Undelivered("rejected")

    def refresh(self, firing: Sequence[Alert], closing: Closing) -> None:
        """Do nothing: a service is told of each change once."""

    def _send(self, alert: Alert) -> bool | None:
        """Return whether the service took it; None where the URL is not understood."""
        import apprise  # noqa: PLC0415 - of an extra, and slow to import

        if self._service is None:
            # Its warnings would go to stderr, the screen's terminal, and may quote the URL.
            logging.getLogger(_LIBRARY).addHandler(logging.NullHandler())
            logging.getLogger(_LIBRARY).propagate = False
            made = apprise.Apprise.instantiate(self._url.reveal(), suppress_exceptions=True)
            self._service = cast("_Service | None", made or None)
        if self._service is None:
            return None
        return self._service.notify(
            body=_body(alert, self._host),
            title=f"relaytop: {sentence(alert)}",
            notify_type=apprise.NotifyType("success" if alert.state == "resolved" else "failure"),
        )


def _schema(url: str) -> str:
    schema, separator, _ = url.partition("://")
    return schema if separator and schema.isalnum() and len(schema) <= MAX_SCHEMA else "(unknown)"


def _body(alert: Alert, host: str) -> str:
    lines = [sentence(alert), f"since {rfc3339(alert.since)}, seen by {clean(host)}"]
    if alert.message and alert.state == "firing":
        lines.append(clean(alert.message))
    if alert.request_id:
        lines.append(f"request id {clean(alert.request_id)}")
    return "\n".join(lines)
