"""The ledger's usage, read and grouped by day, week or month."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from relaytop.config.errors import RelaytopError
from relaytop.ledger.database import open_for_reading
from relaytop.ledger.tables import QUARTER_S, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo
    from pathlib import Path

By: TypeAlias = Literal["day", "week", "month"]


SPAN = re.compile(r"([0-9]{1,5})([dhm])")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
UNITS_S = {"d": 86_400, "h": 3600, "m": 60}
VALID_SINCE = "write it as 2026-11-23, 7d, 12h or 90m"
TABLE = "SELECT 1 FROM sqlite_master WHERE name = ?"
READ = """
SELECT target, quarter, requests, errors, input_tokens, output_tokens, cost_usd, unpriced
FROM usage WHERE quarter >= ?
"""


@dataclass(slots=True)
class Usage:
    """The usage over some span of time."""

    requests: int = 0
    errors: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    """Requests whose cost was unknown: with any, the cost is a lower bound."""

    def add(self, other: Usage | Row) -> None:
        """Add another usage to it."""
        self.requests += other.requests
        self.errors += other.errors
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.cost_usd += other.cost_usd
        self.unpriced += other.unpriced

    @property
    def known_usd(self) -> float | None:
        """Return the cost in USD as far as it is known; None where nothing of it is."""
        return None if self.unpriced and not self.cost_usd else self.cost_usd

    @property
    def known_tokens(self) -> tuple[int, int] | None:
        """Return the tokens in and out; None where no reply had counts, for none is of zero."""
        total = self.input_tokens + self.output_tokens
        return (self.input_tokens, self.output_tokens) if total else None


Targets: TypeAlias = dict[str, Usage]
"""Target id → its usage."""


# ── reading ──────────────────────────────────────────────────────────────────


def known_targets(path: Path) -> list[str]:
    """Return the targets that have recorded usage; none where there is no ledger.

    Raises:
        RelaytopError: The file cannot be read, or is not a ledger.
    """
    query = "SELECT DISTINCT target FROM usage ORDER BY target"
    return [target for (target,) in read_rows(path, query, ())]


def read_usage(path: Path, targets: Sequence[str], since_s: float) -> Iterator[Row]:
    """Read the recorded usage, without delaying a process that writes.

    Args:
        path: The ledger; where there is none, there are no rows.
        targets: Only these; all where it is empty.
        since_s: Unix seconds; read from the quarter-hour in which they lie.

    Raises:
        RelaytopError: The file cannot be read, or is not a ledger.
    """
    only = f"AND target IN ({', '.join('?' * len(targets))})" if targets else ""
    for values in read_rows(path, READ + only, (since_s // QUARTER_S, *targets)):
        yield Row(*values)


def read_rows(
    path: Path, query: str, values: tuple[object, ...], *, table: str = "usage"
) -> Iterator[tuple[Any, ...]]:
    """Read rows of a table; none where there is no ledger, or one without that table.

    Raises:
        RelaytopError: The file cannot be read, or is not a ledger.
    """
    try:
        if not path.exists():
            return
        with contextlib.closing(open_for_reading(path)) as connection:
            # The file is made before its tables are, so it may be an empty one.
            if connection.execute(TABLE, (table,)).fetchone():
                yield from connection.execute(query, values)
    except OSError as error:
        sentence = f"the ledger {path} cannot be read: {error.strerror}"
        raise RelaytopError(sentence) from None
    except sqlite3.OperationalError as error:
        sentence = f"the ledger {path} cannot be read: {error}"
        raise RelaytopError(sentence) from None
    except sqlite3.Error as error:
        sentence = f"{path} is not a ledger: {error}; move it away and relaytop creates a new one"
        raise RelaytopError(sentence) from None


# ── grouping ─────────────────────────────────────────────────────────────────


def group(rows: Iterable[Row], by: By, zone: tzinfo | None) -> dict[date, Targets]:
    """Add rows up by period and target.

    Args:
        rows: In any order.
        by: The period: a day, a week from Monday on, or a month.
        zone: The days' time zone; None for the system's.

    Returns:
        First day of a period → target → its usage; both in order.
    """
    periods: dict[date, Targets] = {}
    of_quarter: dict[int, Targets] = {}
    for row in rows:
        targets = of_quarter.get(row.quarter)
        if targets is None:
            # A local day may begin at any quarter of an hour, and last 23 to 25 hours.
            begin = datetime.fromtimestamp(row.quarter * QUARTER_S, UTC).astimezone(zone)
            targets = periods.setdefault(first_day(begin.date(), by), {})
            of_quarter[row.quarter] = targets
        targets.setdefault(row.target, Usage()).add(row)
    return {day: dict(sorted(periods[day].items())) for day in sorted(periods)}


def first_day(day: date, by: By) -> date:
    """Return the first day of the period that `day` lies in."""
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day


def sum_periods(periods: Iterable[Targets]) -> Targets:
    """Add periods up by target, in order."""
    found: Targets = {}
    for targets in periods:
        for target, usage in targets.items():
            found.setdefault(target, Usage()).add(usage)
    return dict(sorted(found.items()))


def total(targets: Targets) -> Usage:
    """Add targets up."""
    found = Usage()
    for usage in targets.values():
        found.add(usage)
    return found


def start_of_day(day: date, zone: tzinfo | None) -> datetime:
    """Return when a day begins, with its offset; `zone` None is the system's zone."""
    return datetime.combine(day, time(), zone).astimezone(UTC).astimezone(zone)


def parse_since(text: str, now_s: float, zone: tzinfo | None) -> float:
    """Return the Unix seconds at which a date begins, or that lie a span before `now_s`.

    Raises:
        ValueError: It is written neither as 2026-11-23 nor as 7d, 12h or 90m.
    """
    span = SPAN.fullmatch(text)
    if span is not None and int(span[1]):
        return max(0.0, now_s - int(span[1]) * UNITS_S[span[2]])
    try:
        if DATE.fullmatch(text):
            return max(0.0, start_of_day(date.fromisoformat(text), zone).timestamp())
    except (ValueError, OverflowError):
        pass
    message = f"{text[:32]!r} is neither a date nor a time span; {VALID_SINCE}"
    raise ValueError(message)
