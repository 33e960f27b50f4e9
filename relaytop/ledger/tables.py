"""The ledger's tables, and what is written into them and read from them in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

QUARTER_S = 900
DAY_S = 86_400
SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS usage (
        target TEXT NOT NULL,
        quarter INTEGER NOT NULL,
        requests INTEGER NOT NULL DEFAULT 0,
        errors INTEGER NOT NULL DEFAULT 0,
        input_tokens INTEGER NOT NULL DEFAULT 0,
        output_tokens INTEGER NOT NULL DEFAULT 0,
        cost_usd REAL NOT NULL DEFAULT 0,
        unpriced INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (target, quarter)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS claims (
        day INTEGER NOT NULL,
        holder TEXT NOT NULL,
        ahead_usd REAL NOT NULL,
        assumed_usd REAL NOT NULL,
        PRIMARY KEY (day, holder)
    ) WITHOUT ROWID
    """,
)
"""`usage`: what was booked. `claims`: what each process has set aside of a UTC day's budget, for
the probes of its next seconds and for those of unknown price that it has sent. A process that ends
well gives back what it did not use; of one that was killed it stays set aside, since nobody knows
better."""
ADD = """
INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (target, quarter) DO UPDATE SET
    requests = requests + excluded.requests,
    errors = errors + excluded.errors,
    input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    cost_usd = cost_usd + excluded.cost_usd,
    unpriced = unpriced + excluded.unpriced
"""
SPENT = "SELECT total(cost_usd), total(unpriced) FROM usage WHERE quarter >= ? AND quarter < ?"
CLAIMED = "SELECT total(ahead_usd), total(assumed_usd) FROM claims WHERE day = ? AND holder != ?"
FORGET = "DELETE FROM claims WHERE day < ? OR (day = ? AND holder = ?)"
CLAIM = "INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)"


class Row(NamedTuple):
    """What one target used in one quarter-hour."""

    target: str
    quarter: int
    """Unix seconds // 900."""
    requests: int
    errors: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    unpriced: int
    """Requests whose cost was unknown."""


class Day(NamedTuple):
    """How one UTC day stands, over all processes."""

    booked_usd: float
    complete: bool
    """False where something had no known price: the sum is a lower bound."""
    ahead_usd: float
    """What the other processes have set aside for their next seconds."""
    assumed_usd: float
    """What they take their probes of unknown price for."""


def make(connection: sqlite3.Connection) -> None:
    """Set a new connection up."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    for statement in SCHEMA:
        connection.execute(statement)


def add(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Add to what was booked."""
    connection.executemany(ADD, rows)


def day_of(connection: sqlite3.Connection, day: int, holder: str) -> Day:
    """Read how a UTC day stands for `holder`."""
    per_day = DAY_S // QUARTER_S
    booked, unpriced = connection.execute(SPENT, (day * per_day, (day + 1) * per_day)).fetchone()
    ahead, assumed = connection.execute(CLAIMED, (day, holder)).fetchone()
    return Day(booked, not unpriced, ahead, assumed)


def claim(
    connection: sqlite3.Connection, holder: str, day: int, ahead_usd: float, assumed_usd: float
) -> None:
    """Set money of a UTC day aside; 0 gives it back. Claims of days gone by are forgotten."""
    connection.execute(FORGET, (day, day, holder))
    if ahead_usd > 0 or assumed_usd > 0:
        connection.execute(CLAIM, (day, holder, ahead_usd, assumed_usd))
