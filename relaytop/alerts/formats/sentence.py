"""An alert as one line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.alerts.credit_alerts import LOW_CREDIT
from relaytop.monitor.number_format import format_age
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from relaytop.alerts.alert import Alert


def sentence(alert: Alert) -> str:
    """Return what is wrong, or that it is over: `holysheep: 6 of 8 targets down (timeout)`."""
    key = clean(alert.key)
    if not alert.provider and alert.state == "firing":
        return f"nothing is probed: {clean(alert.message or 'the engine has died')}"
    if alert.why == LOW_CREDIT:
        provider = clean(alert.provider)
        if alert.state == "resolved":
            return f"{provider}: credit is no longer low"
        return f"{provider}: credit is low: {clean(alert.message or 'the amount is unknown')}"
    if alert.folded_into is not None:
        return f"{key}: part of {clean(alert.folded_into)}'s alert now"
    text = f"{key}: {len(alert.targets)} of {alert.of} targets" if alert.of > 1 else key
    joint = " " if alert.of > 1 else ": "
    if alert.state == "resolved":
        lasted = ""
        if alert.resolved_at is not None:
            lasted = f" after {format_age(alert.resolved_at - alert.since)}"
        return f"{text}{joint}resolved{lasted} (was {alert.severity}: {clean(alert.why)})"
    return f"{text}{joint}{alert.severity} ({clean(alert.why)})"
