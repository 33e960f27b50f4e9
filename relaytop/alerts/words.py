"""Lines of the event log about alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.alerts.credit_alerts import LOW_CREDIT
from relaytop.alerts.formats.sentence import sentence
from relaytop.monitor.number_format import format_percent
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from relaytop.alerts.alert import Alert
    from relaytop.alerts.firing import Change
    from relaytop.alerts.incident_record import IncidentRecord

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400


def describe_change(change: Change, *, named: bool = True) -> str:
    """Return what happened to an alert, as a line of the event log.

    Args:
        change: What happened.
        named: Whether the line names the alert; not where it is logged under the target's name.
    """
    alert = change.alert
    if change.kind == "resolved" and change.record is not None:
        return describe_end(change.record, named=named)
    if change.kind == "folded":
        words = f"part of {clean(alert.folded_into or '')}'s alert now"
        return f"{clean(alert.key)}: {words}" if named else words
    words = sentence(alert) if named else f"{alert.severity} ({clean(alert.why)})"
    return f"alert {_state(change)}: {words}{_muted(alert)}"


def in_short(change: Change) -> str:
    """Return what is added to the line of the status that an alert fires for; empty at its end."""
    if change.kind in {"resolved", "folded"}:
        return ""
    return f"alert {_state(change)}{_muted(change.alert)}"


def _state(change: Change) -> str:
    return "worse" if change.kind == "worse" else "firing"


def _muted(alert: Alert) -> str:
    if alert.acknowledged:
        return " (acknowledged)"
    return "" if alert.snoozed_until is None else " (snoozed)"


def describe_end(record: IncidentRecord, *, named: bool = True) -> str:
    """Return how an incident went: `resolved after 12 min: holysheep, 8 of 8 down, …`."""
    text = f"resolved after {duration_words(record.duration_s or 0.0)}: "
    if not record.provider:
        return f"{text}nothing was probed"
    if record.why == LOW_CREDIT:
        return f"{text}{record.provider}, credit was low"
    text += f"{record.key}, " if named else ""
    text += f"{_extent(record.peak_targets, record.of)}{record.severity}"
    if record.peak_error_rate:
        text += f", peak {format_percent(record.peak_error_rate).strip()} % errors"
    return text


def duration_words(seconds: float) -> str:
    """Return a duration as `45 s`, `12 min`, `3 h 5 min` or `2 d 4 h`."""
    if seconds < MINUTE_S:
        return f"{seconds:.0f} s"
    minutes = round(seconds / MINUTE_S)
    if minutes < HOUR_S // MINUTE_S:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < DAY_S // HOUR_S:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def _extent(count: int, of: int) -> str:
    return f"{count} of {of} " if of > 1 else ""
