"""A snapshot as a table of plain text or Markdown."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from relaytop.monitor import number_format
from relaytop.store.document import beyond
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLES = (
    "status",
    "target",
    "P50",
    "P95",
    "P99",
    "TTFT",
    "tok/s",
    "err%",
    "requests",
    "skipped",
    "$",
    "errors",
)
LEFT = {"status", "target", "errors", "figure", ""}


def rows(document: dict[str, Any]) -> list[list[str]]:
    """Return one row of cells per target, in the order of `TITLES`; the unknown is blank."""
    return [_row(target) for target in document["targets"]]


def _row(target: dict[str, Any]) -> list[str]:
    latency, ttft = target.get("latency_ms", {}), target.get("ttft_ms", {})
    errors = target.get("errors", {})
    rate, cost = target.get("error_rate"), target.get("cost_usd")
    return [
        clean(str(target.get("status", ""))),
        clean(target["target"]),
        *(_percentile(target, latency, name) for name in ("p50", "p95", "p99")),
        _percentile(target, ttft, "p50"),
        number_format.format_rate(_number(target.get("tok_s", {}).get("p50"))),
        "" if rate is None else number_format.format_percent(rate),
        str(target.get("requests", "")),
        str(target.get("skipped", "")),
        "" if cost is None else number_format.format_usd(cost),
        clean(", ".join(f"{name} {count}" for name, count in errors.items())),
    ]


def _percentile(target: dict[str, Any], figure: dict[str, Any], name: str) -> str:
    if _number(figure.get(name)) is None:
        return beyond(target) if figure.get("censored") and figure.get("n") else ""
    return milliseconds(figure.get(name))


def milliseconds(value: object) -> str:
    """Write a time in milliseconds; blank where it is unknown."""
    known = _number(value)
    return "" if known is None else number_format.format_ms(known)


def _number(value: object) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if good else None  # type: ignore[arg-type]


def plain(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """Return an aligned table: names flush left, figures flush right."""
    widths = [
        max(cell_width(title), *(cell_width(row[i]) for row in cells)) if cells else len(title)
        for i, title in enumerate(titles)
    ]
    lines = []
    for row in [list(titles), *cells]:
        padded = [_pad(cell, widths[i], left=titles[i] in LEFT) for i, cell in enumerate(row)]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def markdown(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    rule = [":---" if title in LEFT else "---:" for title in titles]
    lines = [titles, rule, *([cell.replace("|", "\\|") for cell in row] for row in cells)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cell_width(text: str) -> int:
    """Return how many cells a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _pad(text: str, width: int, *, left: bool) -> str:
    blank = " " * (width - cell_width(text))
    return text + blank if left else blank + text


def heading(document: dict[str, Any]) -> str:
    """Return the line above the table: what it is, when and where it was taken."""
    window = document.get("window_s")
    span = f", window {number_format.format_age(window)}" if isinstance(window, int | float) else ""
    taken = document.get("taken_at", "")
    shown = taken.isoformat(timespec="seconds") if hasattr(taken, "isoformat") else str(taken)
    shown = shown.replace("+00:00", "Z")
    budget = document.get("budget", {})
    money = ""
    if isinstance(budget, dict) and isinstance(budget.get("spent_usd"), int | float):
        money = f", ${budget['spent_usd']:.4f} spent that day of ${budget.get('usd', 0):.2f}"
    host = clean(str(document.get("host", "")))
    where = f" on {host}" if host else ""
    return f"{document['kind']} snapshot of {clean(shown)}{where}{span}{money}"
