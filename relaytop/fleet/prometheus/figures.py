"""What the answers of a refresh say of each row."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.config.target_id import PLACE_MARK
from relaytop.fleet.prometheus.labels import escape_in
from relaytop.fleet.prometheus.queries import FIGURE, QUANTILES
from relaytop.fleet.prometheus.series import NativeHistogram

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relaytop.fleet.prometheus.queries import Places
    from relaytop.fleet.prometheus.series import Value

Key = tuple[str, str, str]
"""Provider, model and place."""
MAX_ROWS = 20_000
"""More rows than this are no screen's."""
MAX_CLASSES = 32
"""Error classes and alerts kept of a row."""


_NUMBERS = {
    ("up", "up"): "up",
    ("up", "last_success"): "last_success_at",
    ("others", "cost"): "cost_usd",
    ("others", "cached"): "cached",
    ("others", "skipped"): "skipped",
}
"""(Question, figure) → the number of a row that it is."""
_TABLES = {
    ("up", "remaining"): ("remaining", "kind"),
    ("up", "limit"): ("limit", "kind"),
    ("requests", "window"): ("requests", "status"),
    ("requests", "recent"): ("recent", "status"),
    ("errors", ""): ("errors", "class"),
    ("tokens", ""): ("tokens", "type"),
    ("firing", ""): ("alerts", "alert"),
    **{(name, q): (name, FIGURE) for name in ("latency", "ttft") for q in QUANTILES},
    ("latency", "recent_p95"): ("recent_s", FIGURE),
    ("ttft", "recent_p50"): ("recent_s", FIGURE),
}
"""(Question, figure) → the table of a row that it belongs to, and the label of its key."""


def _fields() -> dict[str, set[str]]:
    """Return question → the figures of a row that its answer has."""
    found: dict[str, set[str]] = {}
    for (question, _figure), name in _NUMBERS.items():
        found.setdefault(question, set()).add(name)
    for (question, _figure), (name, _label) in _TABLES.items():
        found.setdefault(question, set()).add(name)
    return found


_FIELDS = _fields()
_FIELDS["up"] |= {"remaining", "limit"}
QUESTIONS = tuple(_FIELDS)


@dataclass(slots=True)
class Figures:
    """One row's figures over the window; what is not exported is None or missing."""

    up: float | None = None
    """The share of its boxes that see it up, 0 to 1."""
    last_success_at: float | None = None
    """Unix seconds, by the clock of the boxes."""
    cached: float = 0.0
    skipped: float = 0.0
    cost_usd: float | None = None
    requests: dict[str, float] = field(default_factory=dict)
    """`success` or `error` → count."""
    recent: dict[str, float] = field(default_factory=dict)
    """The same of the window's end."""
    recent_s: dict[str, float] = field(default_factory=dict)
    """`recent_p95` of the latency, `recent_p50` of the TTFT → seconds."""
    errors: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    latency: dict[str, float] = field(default_factory=dict)
    """Percentile (`p50`, `p95`, `p99`) → seconds."""
    ttft: dict[str, float] = field(default_factory=dict)
    remaining: dict[str, float] = field(default_factory=dict)
    limit: dict[str, float] = field(default_factory=dict)
    alerts: dict[str, float] = field(default_factory=dict)
    """Why the boxes' own alerts fire → 1."""


def key_of(labels: Mapping[str, str], places: Places) -> Key:
    """Return the row that a series is of."""
    place = labels.get(places.label, "")
    if not place and places.otherwise is not None:
        place = labels.get(places.otherwise, "")
    provider = escape_in(labels.get("provider", ""), "/")
    return provider, labels.get("model", ""), escape_in(place, PLACE_MARK)


def read_figures(answers: Mapping[str, Iterable[Value]], places: Places) -> dict[Key, Figures]:
    """Return row → its figures.

    Args:
        answers: Question (`up`, `requests`, `errors`, `tokens`, `others`, `latency`, `ttft`,
            `firing`) → its answer; one that failed is missing.
        places: The place's labels.
    """
    rows: dict[Key, Figures] = {}
    for question, answer in answers.items():
        for value in answer:
            number = value.value
            if isinstance(number, NativeHistogram):
                continue
            key = key_of(value.labels, places)
            row = rows.get(key)
            if row is None:
                if len(rows) >= MAX_ROWS:
                    continue
                row = rows[key] = Figures()
            _apply(row, question, value.labels, number)
    return rows


def keep_figures(
    rows: Mapping[Key, Figures], before: Mapping[Key, Figures], questions: Iterable[str]
) -> None:
    """Let rows keep the figures that they had, of questions that were not answered now."""
    names = [name for question in questions for name in _FIELDS[question]]
    for key, row in rows.items():
        old = before.get(key)
        for name in names if old is not None else ():
            setattr(row, name, getattr(old, name))


def _apply(row: Figures, question: str, labels: Mapping[str, str], number: float) -> None:
    asked = question, labels.get(FIGURE, "")
    if not math.isfinite(number) or number < 0:
        return
    if asked in _NUMBERS:
        setattr(row, _NUMBERS[asked], number)
    elif asked in _TABLES:
        name, label = _TABLES[asked]
        table: dict[str, float] = getattr(row, name)
        key = labels.get(label, "")
        if key and len(table) < MAX_CLASSES:
            table[key] = number
