"""An alert as environment variables, for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.alerts.formats.document import alert_document

if TYPE_CHECKING:
    from relaytop.alerts.alert import Alert

PREFIX = "RELAYTOP_ALERT_"
_NAMES = (
    "key",
    "state",
    "severity",
    "why",
    "provider",
    "targets",
    "affected",
    "of",
    "text",
    "message",
    "request_id",
    "since",
    "fired_at",
    "resolved_at",
    "duration_s",
    "host",
)


def alert_variables(alert: Alert, host: str) -> dict[str, str]:
    """Return RELAYTOP_ALERT_KEY and the like; what is unknown is empty.

    The ids in RELAYTOP_ALERT_TARGETS are separated by line feeds, which no id contains.

    Args:
        alert: As it is now.
        host: The name of the machine that probes.
    """
    document = alert_document(alert, host)
    document["targets"] = "\n".join(document["targets"])
    return {PREFIX + name.upper(): str(document.get(name, "")) for name in _NAMES}
