"""Alerts as Alertmanager's API v2 takes them (`POST /api/v2/alerts`).

Alertmanager knows an alert by its labels, and lets it end where it is not sent again in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.alerts.credit_alerts import LOW_CREDIT
from relaytop.alerts.formats.document import rfc3339
from relaytop.alerts.formats.sentence import sentence
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.alerts.alert import Alert

RESEND_S = 60.0
"""Seconds after which what fires is sent again."""
VALID_S = 4 * RESEND_S
"""Seconds after which Alertmanager ends it where relaytop is gone, as Prometheus has it."""
_SEVERITIES = {"down": "critical", "degraded": "warning"}
MAX_TARGETS = 100


def alertmanager_alerts(
    alerts: Iterable[Alert], host: str, now: float, replaced: Iterable[Alert] = ()
) -> list[dict[str, Any]]:
    """Return the array that is posted.

    Args:
        alerts: As they are now.
        host: The name of the machine that probes.
        now: Steady Unix seconds.
        replaced: What had other labels when it was sent, since its severity was another: ends.
    """
    return [
        *(_one(alert, host, alert.resolved_at or now) for alert in replaced),
        *(_one(alert, host, alert.resolved_at or now + VALID_S) for alert in alerts),
    ]


def _one(alert: Alert, host: str, ends_at: float) -> dict[str, Any]:
    annotations = {"summary": sentence(alert), "why": clean(alert.why)}
    if alert.message:
        annotations["description"] = clean(alert.message)
    if alert.request_id:
        annotations["request_id"] = clean(alert.request_id)
    if alert.of > 1:
        annotations["targets"] = ", ".join(clean(each) for each in alert.targets[:MAX_TARGETS])
    return {
        "labels": _labels(alert, host),
        "annotations": annotations,
        "startsAt": rfc3339(alert.since),
        "endsAt": rfc3339(ends_at),
    }


def _labels(alert: Alert, host: str) -> dict[str, str]:
    """Return the labels; none is empty, which Alertmanager would drop."""
    labels = {
        "alertname": _name(alert),
        "severity": _SEVERITIES[alert.severity],
        "key": clean(alert.key),
        "provider": clean(alert.provider),
        "instance": clean(host),
    }
    prefix = f"{alert.provider}/"
    if alert.of == 1 and alert.key.startswith(prefix):
        labels["model"] = clean(alert.key.removeprefix(prefix))
    return {name: value for name, value in labels.items() if value}


def _name(alert: Alert) -> str:
    if alert.why == LOW_CREDIT:
        return "RelaytopCreditLow"
    return "RelaytopProviderUnhealthy" if alert.of > 1 else "RelaytopTargetUnhealthy"
