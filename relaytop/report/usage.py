"""What was used and spent, by period and target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from relaytop.ledger.usage import Usage, begin_of, over_all, total
from relaytop.monitor.number_format import format_count, format_usd
from relaytop.report.bars import bar
from relaytop.report.blocks import Column, Table
from relaytop.report.cells import cell_width, cut_middle
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo

    from relaytop.ledger.usage import By, Targets
    from relaytop.report.blocks import Block
    from relaytop.report.render import TextOptions

DEFAULT_COLUMNS = 100
"""The width where there is no terminal."""
MIN_NAME, MIN_BAR, MAX_BAR, MARKDOWN_BAR = 12, 6, 40, 20
GAP = 2
PERIOD_TITLES = {"day": "day", "week": "week of", "month": "month"}
FIGURES = tuple(Column(title) for title in ("requests", "err", "in", "out", "$"))


@dataclass(frozen=True, slots=True)
class _Line:
    period: str
    target: str | None
    """None: the period's total."""
    usage: Usage
    most: Usage
    """What a full bar stands for."""

    @property
    def name(self) -> str:
        return "all" if self.target is None else clean(self.target)


class UsageReport:
    """Tokens and cost, by period and target and in total.

    Args:
        periods: First day of a period → target → what it used.
        by: The period.
        since_s: Unix seconds from which on it was counted; None: from the ledger's first entry.
        zone: Whose days they are; None for the system's zone.
    """

    def __init__(
        self,
        periods: Mapping[date, Targets],
        by: By,
        since_s: float | None,
        zone: tzinfo | None,
    ) -> None:
        self._periods = periods
        self._by = by
        self._since_s = since_s
        self._zone = zone

    def document(self) -> dict[str, Any]:
        """Return the figures of each period and of all; what is unknown is absent."""
        tree: dict[str, Any] = {"by": self._by}
        if self._since_s is not None:
            since = datetime.fromtimestamp(self._since_s, UTC).astimezone(self._zone)
            tree["since"] = since.isoformat(timespec="seconds")
        tree["periods"] = [
            {"begin": begin_of(day, self._zone).isoformat(), **_tree(targets)}
            for day, targets in self._periods.items()
        ]
        return tree | _tree(over_all(self._periods.values()))

    def blocks(self, options: TextOptions) -> list[Block]:
        """Return a table with a bar in each row, of the cost, else the tokens, else requests."""
        lines = self._lines()
        measured, measure = _measure([line.usage for line in lines])
        shares = [
            measure(line.usage) / measure(line.most) if measure(line.usage) > 0 else 0.0
            for line in lines
        ]
        title = PERIOD_TITLES[self._by]
        draw = _markdown_table if options.markdown else _plain_table
        return [draw(lines, shares, title, measured, options)]

    def _lines(self) -> list[_Line]:
        """Return a line per period and one per target in it; last, all periods together."""
        totals = [total(targets) for targets in self._periods.values()]
        most = max(totals, key=_measure(totals)[1], default=Usage())
        overall = over_all(self._periods.values())
        everything = total(overall)
        length = len("2026-11") if self._by == "month" else len("2026-11-23")
        parts = [
            (str(day)[:length], targets, used, most)
            for (day, targets), used in zip(self._periods.items(), totals, strict=True)
        ]
        if parts:
            parts.append(("total", overall, everything, everything))
        return [
            line
            for name, targets, used, full in parts
            for line in (
                _Line(name, None, used, full),
                *(_Line(name, target, each, full) for target, each in targets.items()),
            )
        ]


def _tree(targets: Targets) -> dict[str, Any]:
    each = [{"target": target, **_figures(used)} for target, used in targets.items()]
    return {"targets": each, "total": _figures(total(targets))}


def _figures(used: Usage) -> dict[str, Any]:
    """Return the figures of a line; what is unknown is absent."""
    found: dict[str, Any] = {"requests": used.requests, "errors": used.errors}
    if (tokens := used.known_tokens) is not None:
        found["tokens"] = {"input": tokens[0], "output": tokens[1]}
    if used.known_usd is not None:
        found["cost_usd"] = round(used.known_usd, 9)
    return found | {"unpriced": used.unpriced}


def _measure(totals: Sequence[Usage]) -> tuple[str, Callable[[Usage], float]]:
    """Return what the bars show, and how it is read: the cost, else the tokens, else requests."""
    if any(each.cost_usd for each in totals):
        return "cost", lambda used: used.cost_usd
    if any(each.known_tokens for each in totals):
        return "tokens", lambda used: used.input_tokens + used.output_tokens
    return "requests", lambda used: used.requests


def _plain_table(
    lines: Sequence[_Line],
    shares: Sequence[float],
    title: str,
    measured: str,
    options: TextOptions,
) -> Table:
    """Return the lines, the targets under their periods, as wide as the terminal.

    Where room is short, tokens are written short, then names are cut, then the bars are left out.
    """
    columns = options.columns or DEFAULT_COLUMNS
    names = [line.period if line.target is None else f"  {line.name}" for line in lines]
    longest = max(map(cell_width, (title, *names)))
    least = max(MIN_BAR, len(measured))
    for count in (_grouped, format_count):
        figures = [_cells(line.usage, count, ascii_only=options.ascii_only) for line in lines]
        widths = [
            max(map(len, column))
            for column in zip([each.title for each in FIGURES], *figures, strict=True)
        ]
        left = columns - GAP * (len(FIGURES) + 1) - sum(widths)
        if left >= longest + least:
            break
    barred = left - least >= min(longest, MIN_NAME)
    longest = min(longest, max(MIN_NAME, left - least if barred else left + GAP))
    width = min(MAX_BAR, left - longest)
    ellipsis = ".." if options.ascii_only else "…"
    rows = [
        [cut_middle(name, longest, ellipsis), *each]
        for name, each in zip(names, figures, strict=True)
    ]
    table_columns = [Column(title.ljust(longest), left=True), *FIGURES]
    if barred:
        table_columns.append(Column(measured, left=True))
        for row, share in zip(rows, shares, strict=True):
            row.append(bar(share, width, ascii_only=options.ascii_only))
    return Table(table_columns, rows)


def _markdown_table(
    lines: Sequence[_Line],
    shares: Sequence[float],
    title: str,
    measured: str,
    options: TextOptions,
) -> Table:
    """Return the lines; bars are filled up, where Markdown would drop the spaces."""
    empty = "." if options.ascii_only else "░"
    rows = [
        (
            line.name,
            line.period,
            *_cells(line.usage, _grouped, ascii_only=options.ascii_only),
            bar(share, MARKDOWN_BAR, ascii_only=options.ascii_only).ljust(MARKDOWN_BAR, empty)
            if share
            else "",
        )
        for line, share in zip(lines, shares, strict=True)
    ]
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
