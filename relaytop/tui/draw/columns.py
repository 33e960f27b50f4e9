"""The columns that the table has at a width, and the width of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from relaytop.tui.draw.text_runs import align_right, fit

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table."""

    key: str
    title: str
    width: int
    """Cells; the least, for those that grow (`target`, `why`, `spark`)."""
    help: str
    """What it shows, in a sentence."""
    align: Literal["left", "right"] = "right"
    gap: int = 0
    """Blank cells at its right end, which belong to its width."""

    def fit(self, text: str) -> str:
        """Return a text in as many cells as the column has."""
        width = self.width - self.gap
        text = fit(text, width) if self.align == "left" else align_right(text, width)
        return text + " " * self.gap


STATUS = Column("status", "", 1, "Status, as a symbol.", "left")
TARGET = Column("target", "target", 13, "Provider and model probed.", "left")
USERS = Column("users", "users", 6, "Latency that 95 % of the users' requests stay within, in ms.")
"""Only where something exports the users' requests."""
COLUMNS = (
    STATUS,
    TARGET,
    Column("p50", "P50", 6, "Median latency of successful probes, in ms."),
    Column("p95", "P95", 6, "Latency that 95 % of probes stay within, in ms."),
    USERS,
    Column("p99", "P99", 6, "Latency that 99 % of probes stay within, in ms."),
    Column("ttft", "TTFT", 6, "Median time to first token, in ms."),
    Column("tok_s", "tok/s", 5, "Median output tokens per second after the first token."),
    Column("error", "err%", 5, "Failed probes in the window, in percent."),
    Column(
        "why",
        "why",
        4,
        "Reason if not up: error class, slow, hanging, paused.",
        "left",
    ),
    Column("age", "last", 4, "Time since the last result; …12s: still waiting."),
    Column("since", "for", 5, "Time in this status; 9 ok: good probes in a row."),
    Column("spark", "latency", 8, "Latency over the window; failures are marked.", "left"),
    Column(
        "limit", "limit left", 10, "Rate limit remaining/limit, or the wait until the next probe."
    ),
    Column("reset", "reset", 5, "Time until the rate limit resets."),
    Column("cost", "$", 8, "Cost since the start, in USD; ≥: some prices are unknown."),
)
VERSUS = Column("versus", "vs ref", 9, "Change from the reference snapshot.")
"""Behind the percentiles, where the live figures are compared with a snapshot."""
DROPPED = (
    "reset",
    "cost",
    "limit",
    "tok_s",
    "ttft",
    "spark",
    "since",
    "versus",
    "p99",
    "users",
    "p95",
    "error",
    "p50",
)
"""The order in which columns are left out: a hang shows in the age, which stays."""
ALWAYS = ("status", "target")
"""The columns that can be neither removed nor moved."""
WHY_WIDTHS = (4, 7, 12)
"""Cells of the reason: where nothing fails, where all reasons are short, and else."""
TARGET_MAX = 44
TARGET_SHARE = 0.4
"""Of the width, for which the other columns yield to the name at most."""
COMFORT_SHARE = 0.25
"""Of the width, for which the sparkline, and what yields before it, do so to a whole name."""
PERCENTILES = {"p50", "p95", "users", "p99"}


def fit_columns(
    width: int,
    longest_target: int,
    *,
    least_target: int = 0,
    longest_why: int = 0,
    chosen: Sequence[str] | None = None,
    versus: bool = False,
    users: bool = False,
) -> list[Column]:
    """Return the columns that fit `width` cells, the least important dropped first.

    What is left over goes to the target's name until it fits, and then to the sparkline.

    Args:
        width: Cells of the table.
        longest_target: Cells in which all names are whole.
        least_target: Cells in which all can be told from one another: other columns yield to it.
            Up to a quarter of the width the sparkline, and what yields before it, do so to whole
            names, unless the user has chosen the columns.
        longest_why: Cells of the longest reason; 0: no target has one, and the column yields first.
        chosen: Keys of the columns that the user wants, in their order; None: all.
        versus: Whether the figures are compared with a reference.
        users: Whether of any target the users' requests are known.
    """
    least = max(TARGET.width, min(least_target, longest_target, int(width * TARGET_SHARE)))
    whole = max(least, min(longest_target, int(width * COMFORT_SHARE)))
    widths = {"target": least, "why": why_width(longest_why)}
    columns = [
        replace(column, width=widths.get(column.key, column.width))
        for column in choose_columns(chosen, versus=versus)
        if users or column.key != USERS.key
    ]
    order = drop_order(failing=longest_why > 0)
    for key in order:
        before_spark = chosen is None and order.index(key) <= order.index("spark")
        if total_width(columns) + (whole - least if before_spark else 0) <= width:
            break
        columns = [column for column in columns if column.key != key]
    columns = _spaced(columns)
    spare = max(0, width - total_width(columns))
    has_spark = any(column.key == "spark" for column in columns)
    wish = min(longest_target, TARGET_MAX) if has_spark else TARGET_MAX
    name = min(max(0, wish - least), spare)
    grown = {"target": name, "spark": spare - name}
    return [replace(c, width=c.width + grown.get(c.key, 0)) for c in columns]


def choose_columns(chosen: Sequence[str] | None, *, versus: bool = False) -> list[Column]:
    """Return the columns of a user's choice, whatever their width; unknown keys are left out."""
    known = {column.key: column for column in COLUMNS}
    keys = [key for key in dict.fromkeys(chosen or ()) if key in known and key not in ALWAYS]
    columns = list(COLUMNS) if chosen is None else [STATUS, TARGET, *map(known.__getitem__, keys)]
    if versus:
        at = max(i for i, c in enumerate(columns) if c.key == "target" or c.key in PERCENTILES)
        columns.insert(at + 1, VERSUS)
    return columns


def drop_order(*, failing: bool) -> tuple[str, ...]:
    """Return the keys in the order in which they are left out: a reason last, where one is."""
    return (*DROPPED, "why") if failing else ("why", *DROPPED)


def why_width(longest: int) -> int:
    """Return the width for reasons of at most `longest` cells; few widths, so that it is steady."""
    return next((each for each in WHY_WIDTHS if longest <= each), WHY_WIDTHS[-1])


def total_width(columns: Sequence[Column]) -> int:
    """Return the cells that columns take, a blank before each of them included."""
    return sum(column.width for column in _spaced(columns)) + len(columns)


def column_at(columns: Sequence[Column], x: int) -> Column | None:
    """Return the column at a cell of the table's line, its blank included; None beside them."""
    end = 1  # the cursor's cell
    for column in columns:
        start, end = end, end + column.width + 1
        if start <= x < end:
            return column
    return None


def _spaced(columns: Sequence[Column]) -> list[Column]:
    """Widen by a blank what is flush right before what is flush left: titles never touch."""
    spaced = list(columns)
    for at, (column, after) in enumerate(pairwise(columns)):
        if column.align == "right" and after.align == "left" and not column.gap:
            spaced[at] = replace(column, width=column.width + 1, gap=1)
    return spaced
