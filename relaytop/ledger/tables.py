"""The ledger's tables, and the statements that write and read them."""

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
    """
    CREATE TABLE IF NOT EXISTS credit (
        account TEXT NOT NULL,
        at INTEGER NOT NULL,
        remaining REAL NOT NULL,
        unit TEXT NOT NULL,
        PRIMARY KEY (account, at)
    ) WITHOUT ROWID
    """,
)
"""`usage`: recorded requests. `claims`: each process's part of a UTC day's budget, for the probes
of its next seconds and for those of unknown price that it has sent. A process that ends well gives
back what it did not use; the claim of one that was killed stays, since its spending is unknown."""
UPSERT = """
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
DELETE_CLAIMS = "DELETE FROM claims WHERE day < ? OR (day = ? AND holder = ?)"
INSERT_CREDIT = "INSERT OR REPLACE INTO credit VALUES (?, ?, ?, ?)"
DELETE_CREDIT = "DELETE FROM credit WHERE at < ?"
KEPT_S = 60 * DAY_S
"""Readings of credit are kept for so long."""
INSERT_CLAIM = "INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)"


RECENT = """
SELECT target, total(cost_usd) / total(requests) FROM usage
WHERE quarter >= ? GROUP BY target HAVING total(cost_usd) > 0 LIMIT 5000
"""


def budget_day(now: float, latest: int) -> int:
    """Return the UTC day that spending counts to.

    The day before the latest one is over and is not opened again where the clock is set back.

    Args:
        now: Unix seconds.
        latest: The day that counted last.
    """
    day = int(now // DAY_S)
    return latest if day == latest - 1 else day


class Row(NamedTuple):
    """One target's usage in one quarter-hour."""

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


class CreditReading(NamedTuple):
    """What was left of an account at one moment."""

    account: str
    """Its fingerprint (`credits.account_of`)."""
    at: int
    """Unix seconds by the system's clock."""
    remaining: float
    unit: str


class DayTotals(NamedTuple):
    """The totals of one UTC day, over all processes."""

    spent_usd: float
    complete: bool
    """False where something had no known price: the sum is a lower bound."""
    ahead_usd: float
    """Claimed by the other processes for their next seconds."""
    assumed_usd: float
    """Assumed by them for their probes of unknown price."""


def create(connection: sqlite3.Connection) -> None:
    """Configure a new connection, and create the tables that do not exist."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    for statement in SCHEMA:
        connection.execute(statement)


def add_usage(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Add to the recorded usage."""
    connection.executemany(UPSERT, rows)


def add_credit(connection: sqlite3.Connection, readings: Iterable[CreditReading]) -> None:
    """Add readings of credit, and delete those that are too old."""
    rows = list(readings)
    connection.executemany(INSERT_CREDIT, rows)
    if rows:
        connection.execute(DELETE_CREDIT, (max(row.at for row in rows) - KEPT_S,))


def read_day(connection: sqlite3.Connection, day: int, holder: str) -> DayTotals:
    """Read the totals of a UTC day; claims are those of others than `holder`."""
    per_day = DAY_S // QUARTER_S
    spent, unpriced = connection.execute(SPENT, (day * per_day, (day + 1) * per_day)).fetchone()
    ahead, assumed = connection.execute(CLAIMED, (day, holder)).fetchone()
    return DayTotals(spent, not unpriced, ahead, assumed)


def read_recent(connection: sqlite3.Connection, quarter: int) -> dict[str, float]:
    """Read target → USD that a request cost on average from a quarter-hour on."""
    return dict(connection.execute(RECENT, (quarter,)))


def set_claim(
    connection: sqlite3.Connection, holder: str, day: int, ahead_usd: float, assumed_usd: float
) -> None:
    """Claim a part of a UTC day's budget; 0 gives it back. Claims of earlier days are deleted."""
    connection.execute(DELETE_CLAIMS, (day, day, holder))
    if ahead_usd > 0 or assumed_usd > 0:
        connection.execute(INSERT_CLAIM, (day, holder, ahead_usd, assumed_usd))
