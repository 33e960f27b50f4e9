"""Tokens and cost from the ledger, by period and target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from relaytop.ledger.usage import Usage, start_of_day, sum_periods, total
from relaytop.monitor.number_format import format_count, format_usd
from relaytop.report.bars import bar
from relaytop.report.blocks import Column, Table, columns
from relaytop.report.cells import cell_width, cut_middle
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, tzinfo

    from relaytop.ledger.usage import By, Targets
    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

DEFAULT_COLUMNS = 100
"""The width where there is no terminal."""
MIN_NAME, MIN_BAR, MAX_BAR, MARKDOWN_BAR = 12, 6, 40, 20
GAP = 2
PERIOD_TITLES = {"day": "day", "week": "week of", "month": "month"}
FIGURES = columns("requests", "err", "in", "out", "$")


class _Line(NamedTuple):
    period: str
    target: str | None
    """None: the period's total."""
    usage: Usage
    share: float
    """Of a full bar, 0 to 1."""

    @property
    def name(self) -> str:
        return "all" if self.target is None else clean(self.target)


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Tokens and cost, by period and target and in total."""

    periods: Mapping[date, Targets]
    """First day of a period → target → what it used."""
    by: By
    since_s: float | None
    """Unix seconds from which on it was counted; None: from the ledger's first entry."""
    zone: tzinfo | None
    """Time zone of the days; None for the system's."""

    def document(self) -> dict[str, Any]:
        """Return the figures of each period and of all."""
        since = None
        if self.since_s is not None:
            since = datetime.fromtimestamp(self.since_s, UTC).astimezone(self.zone)
        periods = [
            {"begin": start_of_day(day, self.zone).isoformat(), **_tree(targets)}
            for day, targets in self.periods.items()
        ]
        return {
            "by": self.by,
            "since": since and since.isoformat(timespec="seconds"),
            "periods": periods,
            **_tree(sum_periods(self.periods.values())),
        }

    def blocks(self, options: TextOptions) -> list[Block]:
        """Return a table with a bar in each row, of the cost, else the tokens, else requests."""
        totals = [total(targets) for targets in self.periods.values()]
        measured, measure = _measure(totals)
        lines = _lines(self.periods, totals, measure, 7 if self.by == "month" else 10)
        draw = _markdown_table if options.markdown else _plain_table
        return [draw(lines, PERIOD_TITLES[self.by], measured, options)]


def _lines(
    periods: Mapping[date, Targets],
    totals: Sequence[Usage],
    measure: Callable[[Usage], float],
    digits: int,
) -> list[_Line]:
    """Return a line per period and one per target in it; last, all periods together."""
    full = max(map(measure, totals), default=0)
    overall = sum_periods(periods.values())
    everything = total(overall)
    parts = [(str(day)[:digits], targets, full) for day, targets in periods.items()]
    if parts:
        parts.append(("total", overall, measure(everything)))
    return [
        _Line(name, target, usage, measure(usage) / most if most else 0.0)
        for name, targets, most in parts
        for target, usage in ((None, total(targets)), *targets.items())
    ]


def _tree(targets: Targets) -> dict[str, Any]:
    each = [{"target": target, **_figures(used)} for target, used in targets.items()]
    return {"targets": each, "total": _figures(total(targets))}


def _figures(used: Usage) -> dict[str, Any]:
    tokens, usd = used.known_tokens, used.known_usd
    return {
        "requests": used.requests,
        "errors": used.errors,
        "tokens": tokens and {"input": tokens[0], "output": tokens[1]},
        "cost_usd": None if usd is None else round(usd, 9),
        "unpriced": used.unpriced,
    }


def _measure(totals: Sequence[Usage]) -> tuple[str, Callable[[Usage], float]]:
    """Return what the bars show, and how it is read: the cost, else the tokens, else requests."""
    if any(each.cost_usd for each in totals):
        return "cost", lambda used: used.cost_usd
    if any(each.known_tokens for each in totals):
        return "tokens", lambda used: used.input_tokens + used.output_tokens
    return "requests", lambda used: used.requests


def _plain_table(lines: Sequence[_Line], title: str, measured: str, options: TextOptions) -> Table:
    """Return the lines, the targets under their periods, as wide as the terminal.

    Where room is short, tokens are written short, then names are cut, then the bars are left out.
    """
    columns, ascii_only = options.columns or DEFAULT_COLUMNS, options.ascii_only
    names = [line.period if line.target is None else f"  {line.name}" for line in lines]
    longest = max(map(cell_width, (title, *names)))
    least = max(MIN_BAR, len(measured))
    for count in (_grouped, format_count):
        figures = [_cells(line.usage, count, ascii_only=ascii_only) for line in lines]
        widths = [
            max(map(len, cells))
            for cells in zip([each.title for each in FIGURES], *figures, strict=True)
        ]
        left = columns - GAP * (len(FIGURES) + 1) - sum(widths)
        if left >= longest + least:
            break
    barred = left - least >= min(longest, MIN_NAME)
    longest = min(longest, max(MIN_NAME, left - least if barred else left + GAP))
    width = min(MAX_BAR, left - longest)
    ellipsis = ".." if ascii_only else "…"
    rows = [
        (
            cut_middle(name, longest, ellipsis),
            *each,
            *([bar(line.share, width, ascii_only=ascii_only)] if barred else []),
        )
        for name, each, line in zip(names, figures, lines, strict=True)
    ]
    bars = [Column(measured, left=True)] if barred else []
    return Table([Column(title.ljust(longest), left=True), *FIGURES, *bars], rows)


def _markdown_table(
    lines: Sequence[_Line], title: str, measured: str, options: TextOptions
) -> Table:
    """Return the lines; bars are filled up, where Markdown would drop the spaces."""
    ascii_only, empty = options.ascii_only, "." if options.ascii_only else "░"
    rows = []
    for line in lines:
        figures = _cells(line.usage, _grouped, ascii_only=ascii_only)
        drawn = bar(line.share, MARKDOWN_BAR, ascii_only=ascii_only)
        rows.append((line.name, line.period, *figures, drawn and drawn.ljust(MARKDOWN_BAR, empty)))
    return Table([Column("target", left=True), Column(title), *FIGURES, Column(measured)], rows)


def _cells(used: Usage, count: Callable[[int], str], *, ascii_only: bool) -> list[str]:
    """Return the figures of a line, in the order of `FIGURES`; what is unknown is blank."""
    over = ">=" if ascii_only else "≥"
    bound = over if used.unpriced else ""
    return [
        _grouped(used.requests),
        _grouped(used.errors),
        *(["", ""] if used.known_tokens is None else map(count, used.known_tokens)),
        "" if used.known_usd is None else bound + format_usd(used.known_usd),
    ]


def _grouped(value: int) -> str:
    return f"{value:,}"
