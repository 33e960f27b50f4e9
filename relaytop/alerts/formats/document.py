"""An alert as a JSON document: the webhook's default form, and a command's standard input."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import relaytop
from relaytop.alerts.formats.sentence import sentence
from relaytop.config.steady_clock import STEADY
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from relaytop.alerts.alert import Alert

SCHEMA = 1
MAX_TARGETS = 100
"""Names of targets in one document; `affected` counts them all."""


def alert_document(alert: Alert, host: str) -> dict[str, Any]:
    """Return an alert as plain values; what is unknown is absent.

    Args:
        alert: As it is now.
        host: The name of the machine that probes.
    """
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "relaytop": relaytop.__version__,
        "host": host,
        "key": clean(alert.key),
        "state": alert.state,
        "severity": alert.severity,
        "why": clean(alert.why),
        "provider": clean(alert.provider),
        "targets": [clean(target) for target in alert.targets[:MAX_TARGETS]],
        "affected": len(alert.targets),
        "of": alert.of,
        "text": sentence(alert),
        "since": rfc3339(alert.since),
        "fired_at": rfc3339(alert.fired_at),
    }
    if alert.resolved_at is not None:
        document["resolved_at"] = rfc3339(alert.resolved_at)
        document["duration_s"] = round(alert.resolved_at - alert.since, 3)
    if alert.message:
        document["message"] = clean(alert.message)
    if alert.request_id:
        document["request_id"] = clean(alert.request_id)
    return document


def rfc3339(at: float) -> str:
    """Return steady Unix seconds as the system's clock shows them, in UTC: `2026-…T14:38:55.123Z`.

    Args:
        at: Within the years 1 to 9999.
    """
    moment = datetime.fromtimestamp(STEADY.to_wall(at), UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
