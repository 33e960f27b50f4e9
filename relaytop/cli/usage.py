"""`relaytop usage`: tokens and cost by day, week or month, from the ledger."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relaytop.cli.options import look_options
from relaytop.cli.output import FORMS, as_data, in_ascii, write_result
from relaytop.config.errors import RelaytopError
from relaytop.config.paths import ledger_path
from relaytop.ledger import usage as booked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.cli.options import Options
    from relaytop.ledger.usage import By, Targets, Usage

Zone = tzinfo | None
Periods = dict[date, "Targets"]

FIXED_COLUMNS = 100
"""The width where there is no terminal."""
MIN_NAME, MIN_BAR, MAX_BAR, MARKDOWN_BAR = 12, 6, 40, 20
GAP = 2
FIRST = {"day": "day", "week": "week of", "month": "month"}
FIGURES = ("requests", "err", "in", "out", "$")


@dataclass(frozen=True, slots=True)
class _Marks:
    parts: str
    """Of a bar's last cell, from the thinnest to the full one."""
    empty: str
    ellipsis: str
    over: str


_UNICODE = _Marks("▏▎▍▌▋▊▉█", "░", "…", "≥")
_ASCII = _Marks("#", ".", "..", ">=")


@dataclass(frozen=True, slots=True)
class _Line:
    period: str
    target: str | None
    """None: the period's total."""
    usage: Usage
    most: Usage
    """What a full bar stands for."""


@click.command()
@click.option("--by", type=click.Choice(list(FIRST)), default="day", show_default=True)
@click.option("--since", metavar="S", help="A date, 2026-11-23, or a span: 7d, 12h or 90m.")
@click.option("--target", "targets", multiple=True, metavar="T", help="Only this; repeatable.")
@click.option("--utc", is_flag=True, help="Days of UTC, not of the local time.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="table",
    show_default=True,
)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file instead.")
@look_options
def usage(
    *,
    by: By,
    since: str | None,
    targets: tuple[str, ...],
    utc: bool,
    form: str,
    output: Path | None,
    options: Options,
) -> None:
    """Print what was used and spent, by target and in total, from the ledger."""
    zone = UTC if utc else None
    path = ledger_path()
    since_s = _since(since, zone)
    known = booked.known_targets(path)
    for target in targets:
        if known and target not in known:
            raise RelaytopError(booked.nearest(target, known))
    periods = booked.group(booked.read_usage(path, targets, since_s or 0.0), by, zone)
    if not known:
        click.echo(f"nothing is booked yet: no request is in the ledger {path}", err=True)
    elif not periods:
        click.echo(f"nothing was booked since {since}", err=True)
    if form in {"json", "toml"}:
        text = as_data(_tree(periods, by, since_s, zone), form)
        text = in_ascii(text, form) if options.ascii else text
    else:
        marks = _ASCII if options.ascii else _UNICODE
        if form == "markdown":
            text = _markdown(_lines(periods, by), by, marks)
        else:
            wide = output is None and sys.stdout.isatty()
            columns = shutil.get_terminal_size().columns if wide else FIXED_COLUMNS
            text = _table(_lines(periods, by), by, marks, columns)
    write_result(text, output)


def _since(text: str | None, zone: Zone) -> float | None:
    try:
        return None if text is None else booked.parse_since(text, time.time(), zone)
    except ValueError as error:
        sentence = f"--since: {error}"
        raise RelaytopError(sentence) from None


# ── JSON ─────────────────────────────────────────────────────────────────────


def _tree(periods: Periods, by: By, since_s: float | None, zone: Zone) -> dict[str, Any]:
    tree: dict[str, Any] = {"by": by}
    if since_s is not None:
        since = datetime.fromtimestamp(since_s, UTC).astimezone(zone)
        tree["since"] = since.isoformat(timespec="seconds")
    tree["periods"] = [
        {"begin": booked.begin_of(day, zone).isoformat(), **_share(targets)}
        for day, targets in periods.items()
    ]
    return tree | _share(booked.over_all(periods.values()))


def _share(targets: Targets) -> dict[str, Any]:
    each = [{"target": target, **_figures(used)} for target, used in targets.items()]
    return {"targets": each, "total": _figures(booked.total(targets))}


def _figures(used: Usage) -> dict[str, Any]:
    """Return the figures of a line; what is unknown is absent."""
    found: dict[str, Any] = {"requests": used.requests, "errors": used.errors}
    if (tokens := used.known_tokens) is not None:
        found["tokens"] = {"input": tokens[0], "output": tokens[1]}
    if used.known_usd is not None:
        found["cost_usd"] = round(used.known_usd, 9)
    return found | {"unpriced": used.unpriced}


# ── table and Markdown ───────────────────────────────────────────────────────


def _lines(periods: Periods, by: By) -> list[_Line]:
    """Return a line per period and one per target in it; last, all periods together."""
    totals = [booked.total(targets) for targets in periods.values()]
    most = max(totals, key=_measure(totals)[1], default=booked.Usage())
    overall = booked.over_all(periods.values())
    everything = booked.total(overall)
    named = [(str(day)[: 7 if by == "month" else 10], each) for day, each in periods.items()]
    parts = [(name, each, used, most) for (name, each), used in zip(named, totals, strict=True)]
    if periods:
        parts.append(("total", overall, everything, everything))
    return [
        line
        for name, targets, used, full in parts
        for line in (
            _Line(name, None, used, full),
            *(_Line(name, target, each, full) for target, each in targets.items()),
        )
    ]


def _measure(totals: Sequence[Usage]) -> tuple[str, Callable[[Usage], float]]:
    """Return what the bars show, and how it is taken: the cost, else the tokens, else requests."""
    if any(each.cost_usd for each in totals):
        return "cost", lambda used: used.cost_usd
    if any(each.known_tokens for each in totals):
        return "tokens", lambda used: used.input_tokens + used.output_tokens
    return "requests", lambda used: used.requests


def _table(lines: Sequence[_Line], by: By, marks: _Marks, columns: int) -> str:
    """Draw the lines, the targets under their periods, in so many columns.

    Where room is short, tokens are written short, then names are cut, then the bars are left out.
    """
    from relaytop.monitor import number_format  # noqa: PLC0415 - start-up time
    from relaytop.report import snapshot  # noqa: PLC0415

    measured, measure = _measure([line.usage for line in lines])
    names = [line.period if line.target is None else f"  {_name(line)}" for line in lines]
    longest = max(map(snapshot.cell_width, (FIRST[by], *names)))
    least = max(MIN_BAR, len(measured))
    for count in (_whole, number_format.format_count):
        cells = [_cells(line.usage, marks, count) for line in lines]
        taken = GAP * (len(FIGURES) + 1) + sum(
            max(map(len, column)) for column in zip(FIGURES, *cells, strict=True)
        )
        left = columns - taken
        if left >= longest + least:
            break
    barred = left - least >= min(longest, MIN_NAME)
    longest = min(longest, max(MIN_NAME, left - least if barred else left + GAP))
    width = min(MAX_BAR, left - longest)
    rows = [
        [
            _shortened(name, longest, marks.ellipsis),
            *figures_of,
            *([_bar(measure(line.usage), measure(line.most), width, marks)] if barred else []),
        ]
        for name, figures_of, line in zip(names, cells, lines, strict=True)
    ]
    titles = [FIRST[by].ljust(longest), *FIGURES, *([measured.ljust(width)] if barred else [])]
    return snapshot.plain(titles, rows)


def _markdown(lines: Sequence[_Line], by: By, marks: _Marks) -> str:
    from relaytop.report import snapshot  # noqa: PLC0415 - start-up time

    measured, measure = _measure([line.usage for line in lines])
    rows = [
        [
            _name(line),
            line.period,
            *_cells(line.usage, marks, _whole),
            _tracked(_bar(measure(line.usage), measure(line.most), MARKDOWN_BAR, marks), marks),
        ]
        for line in lines
    ]
    return snapshot.markdown(["target", FIRST[by], *FIGURES, measured], rows)


def _tracked(bar: str, marks: _Marks) -> str:
    """Fill a bar up to its full width, where Markdown would drop the spaces; none stays blank."""
    return bar.strip() and bar.replace(" ", marks.empty)


def _name(line: _Line) -> str:
    from relaytop.wire.text import clean  # noqa: PLC0415 - start-up time

    return "all" if line.target is None else clean(line.target)


def _cells(used: Usage, marks: _Marks, count: Callable[[int], str]) -> list[str]:
    """Return the figures of a line, in the order of `FIGURES`; what is unknown is blank."""
    from relaytop.monitor.number_format import format_usd  # noqa: PLC0415 - start-up time

    bound = marks.over if used.unpriced else ""
    return [
        _whole(used.requests),
        _whole(used.errors),
        *(["", ""] if used.known_tokens is None else map(count, used.known_tokens)),
        "" if used.known_usd is None else bound + format_usd(used.known_usd),
    ]


def _whole(value: int) -> str:
    return f"{value:,}"


def _shortened(name: str, width: int, ellipsis: str) -> str:
    """Cut a name in its middle, where it must be, and pad it to `width` cells."""
    from relaytop.report.snapshot import cell_width  # noqa: PLC0415 - start-up time

    text, kept = name, len(name)
    while cell_width(text) > width:
        kept -= 1
        text = name[: kept // 2] + ellipsis + name[len(name) - kept + kept // 2 :]
    return text + " " * (width - cell_width(text))


def _bar(value: float, most: float, width: int, marks: _Marks) -> str:
    """Draw a bar of `width` cells; whatever is more than nothing is seen."""
    steps = len(marks.parts)
    filled = max(1, round(value / most * width * steps)) if value > 0 else 0
    whole, rest = divmod(filled, steps)
    return (marks.parts[-1] * whole + (marks.parts[rest - 1] if rest else "")).ljust(width)
