"""The screen's table as lines of text, for a command that prints it once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from relaytop.monitor.why import why
from relaytop.tui.draw.columns import COLUMNS, fit_columns
from relaytop.tui.draw.names import least_width, short_names
from relaytop.tui.draw.table import header, row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.summary import Summary
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role

PASSING = {"age", "since", "spark"}
"""Columns that say how things went on: a moment has no such history."""
_SGR: Mapping[Role, str] = {
    "dim": "2",
    "good": "32",
    "warn": "33",
    "bad": "31",
    "accent": "36",
    "bold": "1",
    "title": "1",
}
"""Role → the colour of the terminal's own 16."""


def printed_table(
    summaries: Sequence[Summary],
    thresholds: Mapping[str, Thresholds],
    now: float,
    width: int,
    glyphs: Glyphs,
) -> list[Line]:
    """Draw the header and a line for each target.

    Args:
        summaries: The targets, in the order of the rows.
        thresholds: Target id → its thresholds.
        now: Steady Unix seconds.
        width: Cells of a line.
        glyphs: The shapes that can be shown.
    """
    names = tuple(s.target for s in summaries)
    columns = fit_columns(
        width,
        max(map(len, names), default=0),
        least_target=least_width(names),
        longest_why=max((len(why(s) or "") for s in summaries), default=0),
        chosen=[column.key for column in COLUMNS if column.key not in PASSING],
    )
    rows = [
        row(
            s,
            columns,
            (),
            thresholds[s.target],
            now,
            glyphs,
            selected=False,
            short_name=partial(_short, names, s.target),
        )
        for s in summaries
    ]
    return [header(columns, ""), *rows]


def _short(names: tuple[str, ...], name: str, cells: int) -> str:
    return short_names(names, cells)[name]


def text_of(lines: Iterable[Line], *, color: bool) -> str:
    """Return lines as text, without blanks at their ends; `color`: with SGR sequences."""
    return "\n".join(_text(line, color=color) for line in lines)


def _text(line: Line, *, color: bool) -> str:
    if not color:
        return "".join(text for text, _role in line).rstrip()
    line = [*line]
    while line and not line[-1][0].strip():
        line.pop()
    return "".join(
        f"\x1b[{_SGR[role]}m{text}\x1b[m" if role in _SGR and text.strip() else text
        for text, role in line
    )
