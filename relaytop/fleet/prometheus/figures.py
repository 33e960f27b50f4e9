"""What the answers of a refresh say of each row."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.fleet.prometheus.queries import FIGURE
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


@dataclass(slots=True)
class Figures:
    """One row's figures over the window; what is not exported is None or missing."""

    up: float | None = None
    """The share of its boxes that see it up, 0 to 1."""
    last_success_at: float | None = None
    """Unix seconds."""
    ok: float | None = None
    failed: float | None = None
    cached: float = 0.0
    skipped: float = 0.0
    cost_usd: float | None = None
    errors: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    latency_s: dict[str, float] = field(default_factory=dict)
    """Percentile (`p50`, `p95`, `p99`) → seconds."""
    ttft_s: dict[str, float] = field(default_factory=dict)
    remaining: dict[str, float] = field(default_factory=dict)
    limit: dict[str, float] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)


def key_of(labels: Mapping[str, str], places: Places) -> Key:
    """Return the row that a series is of."""
    place = labels.get(places.label, "")
    if not place and places.otherwise is not None:
        place = labels.get(places.otherwise, "")
    return labels.get("provider", ""), labels.get("model", ""), place


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
            if isinstance(number, NativeHistogram) or math.isnan(number):
                continue
            key = key_of(value.labels, places)
            row = rows.get(key)
            if row is None:
                if len(rows) >= MAX_ROWS:
                    continue
                row = rows[key] = Figures()
            _apply(row, question, value.labels, number)
    return rows


def _apply(row: Figures, question: str, labels: Mapping[str, str], number: float) -> None:
    figure = labels.get(FIGURE, "")
    match question, figure:
        case "up", "up":
            row.up = number
        case "up", "last_success":
            row.last_success_at = number
        case "up", "remaining":
            _put(row.remaining, labels.get("kind", ""), number)
        case "up", "limit":
            _put(row.limit, labels.get("kind", ""), number)
        case "requests", _ if labels.get("status") == "success":
            row.ok = number
        case "requests", _ if labels.get("status") == "error":
            row.failed = number
        case "errors", _:
            _put(row.errors, labels.get("class", ""), number)
        case "tokens", _:
            _put(row.tokens, labels.get("type", ""), number)
        case "others", "cost":
            row.cost_usd = number
        case "others", "cached":
            row.cached = number
        case "others", "skipped":
            row.skipped = number
        case "latency", ("p50" | "p95" | "p99"):
            _put(row.latency_s, figure, number)
        case "ttft", ("p50" | "p95" | "p99"):
            _put(row.ttft_s, figure, number)
        case "firing", _ if len(row.alerts) < MAX_CLASSES:
            row.alerts.append(labels.get("alert", ""))
        case _:
            return


def _put(table: dict[str, float], name: str, number: float) -> None:
    if name and math.isfinite(number) and number >= 0 and len(table) < MAX_CLASSES:
        table[name] = number
