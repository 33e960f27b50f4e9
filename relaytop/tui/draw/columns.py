"""The columns that the table has at a width, and the width of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from relaytop.tui.draw.text_runs import align_right, fit


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table."""

    key: str
    title: str
    width: int
    """Cells; the least, for the two that grow (`target`, `spark`)."""
    align: Literal["left", "right"] = "right"

    def fit(self, text: str) -> str:
        """Return a text in as many cells as the column has."""
        return fit(text, self.width) if self.align == "left" else align_right(text, self.width)


COLUMNS = (
    Column("status", "", 1, "left"),
    Column("target", "target", 13, "left"),
    Column("p50", "P50", 6),
    Column("p95", "P95", 6),
    Column("p99", "P99", 6),
    Column("ttft", "TTFT", 6),
    Column("tok_s", "tok/s", 5),
    Column("error", "err%", 5),
    Column("age", "age", 4),
    Column("since", "since", 5),
    Column("spark", "latency", 8, "left"),
    Column("limit", "left", 9),
    Column("reset", "reset", 5),
    Column("cost", "$", 8),
)
DROPPED = (
    "cost",
    "reset",
    "limit",
    "spark",
    "since",
    "tok_s",
    "ttft",
    "versus",
    "p99",
    "p95",
    "error",
    "p50",
)
"""The order in which columns are left out: a hang shows in the age, which stays."""
VERSUS = Column("versus", "vs ref", 9)
"""Behind the percentiles, where the live figures are compared with a snapshot."""
TARGET_MAX = 44


def fit_columns(width: int, longest_target: int, *, versus: bool = False) -> list[Column]:
    """Return the columns that fit `width` cells, the least important dropped first.

    What is left over is shared by the target's name and the sparkline, until the name fits.
    """
    columns = list(COLUMNS)
    if versus:
        columns.insert(5, VERSUS)
    for key in DROPPED:
        if total_width(columns) <= width:
            break
        columns = [column for column in columns if column.key != key]
    spare = max(0, width - total_width(columns))
    has_spark = any(column.key == "spark" for column in columns)
    wanted = max(0, min(longest_target, TARGET_MAX) - COLUMNS[1].width)
    name = min(wanted, (spare + 1) // 2)
    grown = {"target": name if has_spark else spare, "spark": spare - name}
    return [
        Column(c.key, c.title, c.width + grown.get(c.key, 0), c.align) if c.key in grown else c
        for c in columns
    ]


def total_width(columns: list[Column]) -> int:
    """Return the cells that columns take, a blank before each of them included."""
    return sum(column.width for column in columns) + len(columns)
