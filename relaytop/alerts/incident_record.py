"""An incident: how long an alert fired, and how bad it was at its worst."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.alerts.alert import Severity

MAX_TARGETS = 500
"""Names of targets that are kept of one incident."""
MAX_TEXT = 500
"""Characters of a name that is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOpen:
    """An alert as it was when relaytop ended while it fired."""

    at: float
    """Unix seconds of that moment."""
    targets: tuple[str, ...]
    """The ids of all targets that it has been about."""
    sent: bool
    """Whether others were told that it fires."""
    told: bool
    """Whether people were told, others or those at the screen."""
    acknowledged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecord:
    """One alert from its first firing to its end, or to now."""

    key: str
    """Of the alert: a target, a provider, or `relaytop`."""
    provider: str
    why: str
    """One word, as of its end."""
    severity: Severity
    """The worst."""
    since: float
    """Unix seconds of when the first target left `up`."""
    fired_at: float
    """Unix seconds."""
    ended_at: float | None
    """Unix seconds of when it resolved; None where that was not seen."""
    peak_targets: int
    """The most targets that were affected at once."""
    of: int
    """The targets of the provider that were probed; 1 where it was of one target."""
    peak_error_rate: float | None
    """The highest error rate of any of its targets, 0–1."""
    folded_into: str | None = None
    """The key of the provider's alert that went on in its place: it is a part of that incident."""
    left: LeftOpen | None = None
    """What the next run needs to go on with it, where relaytop ended while it fired."""

    @property
    def duration_s(self) -> float | None:
        """Seconds from the first target's leaving `up` to the end."""
        return None if self.ended_at is None else max(0.0, self.ended_at - self.since)


def to_document(record: IncidentRecord) -> dict[str, Any]:
    """Return a record as plain data; what is unknown is left out."""
    return {key: value for key, value in dataclasses.asdict(record).items() if value is not None}


def from_document(document: Mapping[str, Any]) -> IncidentRecord | None:
    """Return the record of a document; None where it is none."""
    texts = {name: document.get(name) for name in ("key", "provider", "why")}
    severity, folded = document.get("severity"), document.get("folded_into")
    if severity not in ("degraded", "down"):
        return None
    numbers = {name: _number(document.get(name)) for name in _NUMBERS}
    if any(numbers[name] is None for name in ("since", "fired_at", "peak_targets", "of")):
        return None
    if not all(isinstance(text, str) for text in texts.values()):
        return None
    return IncidentRecord(
        key=clean(str(texts["key"]), MAX_TEXT),
        provider=clean(str(texts["provider"]), MAX_TEXT),
        why=clean(str(texts["why"]), MAX_TEXT),
        severity=severity,
        since=numbers["since"] or 0.0,
        fired_at=numbers["fired_at"] or 0.0,
        ended_at=numbers["ended_at"],
        peak_targets=int(numbers["peak_targets"] or 0),
        of=int(numbers["of"] or 0),
        peak_error_rate=numbers["peak_error_rate"],
        folded_into=clean(folded, MAX_TEXT) if isinstance(folded, str) else None,
        left=_left(document.get("left")),
    )


def _left(document: object) -> LeftOpen | None:
    if not isinstance(document, dict):
        return None
    at, targets = _number(document.get("at")), document.get("targets")
    flags = {name: document.get(name) for name in ("sent", "told", "acknowledged")}
    if at is None or not isinstance(targets, list | tuple):
        return None
    if not all(isinstance(flag, bool) for flag in flags.values()):
        return None
    names = tuple(clean(name, MAX_TEXT) for name in targets[:MAX_TARGETS] if isinstance(name, str))
    return LeftOpen(at=at, targets=names, **{name: bool(flag) for name, flag in flags.items()})


_NUMBERS = ("since", "fired_at", "ended_at", "peak_targets", "of", "peak_error_rate")
MAX_NUMBER = 1e11
"""Unix seconds beyond this are of no date that can be written."""


def _number(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value <= MAX_NUMBER else None  # neither nan nor infinity
