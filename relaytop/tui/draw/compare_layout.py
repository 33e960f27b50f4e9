"""The division of the comparison's page: the chart beside the table, or above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from relaytop.tui.draw.chart.overlay import LEAST_HEIGHT
from relaytop.tui.draw.compare import COLUMN_WIDTH, NAME_WIDTH, columns_that_fit
from relaytop.tui.draw.text_runs import cropped, line_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.tui.draw.text_runs import Line

LEAST_CHART = 44
"""Cells of a chart beside the table."""
GAP = 2
ROOMY_CHART = 9
"""Rows of a chart above the table that is worth having all columns."""
MUCH_LARGER = 1.2
"""The factor by which a chart above the table is larger than one beside it, to be there."""


class CompareLayout(NamedTuple):
    """How many columns the table has, and the chart's size; a height of 0: there is none."""

    columns: int
    chart_width: int
    chart_height: int
    strips: bool
    """Whether sparklines stand under the chart."""
    beside: bool
    """Whether the chart is left of the table, or above it."""


def compare_layout(width: int, rows: int, targets: int, table_rows: int) -> CompareLayout:
    """Return the layout in which the most is seen.

    Args:
        width: The cells there are.
        rows: The lines there are.
        targets: How many are compared.
        table_rows: The lines that the table and what stands under it take.
    """
    all_columns = min(targets, columns_that_fit(width))
    left = rows - table_rows - 1
    above = CompareLayout(all_columns, width, *_heights(left, all_columns), beside=False)
    room = columns_that_fit(width - LEAST_CHART - GAP)
    fits = width - LEAST_CHART - GAP >= NAME_WIDTH + 1 + 2 * COLUMN_WIDTH
    if not fits or (room < targets and above.chart_height >= ROOMY_CHART):
        return above
    columns = min(targets, room)
    chart_width = width - GAP - _table_width(columns)
    beside = CompareLayout(columns, chart_width, *_heights(rows, columns), beside=True)
    return above if _area(above) > MUCH_LARGER * _area(beside) else beside


def _area(layout: CompareLayout) -> int:
    return layout.chart_width * layout.chart_height


def _heights(rows: int, columns: int) -> tuple[int, bool]:
    """Return the chart's height, and whether sparklines have room under it."""
    with_strips = rows - columns - 1
    if with_strips >= LEAST_HEIGHT:
        return with_strips, True
    return (rows, False) if rows >= LEAST_HEIGHT else (0, False)


def _table_width(columns: int) -> int:
    return NAME_WIDTH + 1 + columns * COLUMN_WIDTH


def side_by_side(left: Sequence[Line], width: int, right: Sequence[Line]) -> list[Line]:
    """Put lines beside others, which begin at `width` + `GAP`."""
    blank: Line = []
    rows = max(len(left), len(right))
    joined: list[Line] = []
    for at in range(rows):
        line = cropped(left[at] if at < len(left) else blank, width)
        pad = " " * (width + GAP - line_width(line))
        joined.append([*line, (pad, "text"), *(right[at] if at < len(right) else blank)])
    return joined
