"""The ledger of usage and spending, in SQLite: one row per target and UTC quarter-hour.

Everything that touches the file runs on a thread of its own, never on the engine's loop.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
import uuid
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from relaytop.ledger import tables
from relaytop.ledger.tables import DAY_S, QUARTER_S, CreditReading, Row, budget_day

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path

COMMIT_S = 1.0
RECENT_S = 15.0
"""Seconds between two readings of what requests cost lately."""
QUARTERS = 4
"""Quarter-hours that are recent, beside the present one."""


class Entry(NamedTuple):
    """One finished request."""

    target: str
    at: float
    """Unix seconds."""
    failed: bool
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    """None where it is unknown; 0 for a failure that nobody bills."""
    assumed_usd: float = 0.0
    """The amount assumed by the budget, where the cost is unknown."""


class AllowanceRequest(NamedTuple):
    """A process's request to spend."""

    budget_usd: float
    """Of a UTC day, over all processes."""
    ahead_usd: float
    """The bound on the cost of its next seconds."""
    minimum_usd: float
    """The cost of one probe of each target: with less it cannot go on."""


class Allowance(NamedTuple):
    """The limit on this process's spending on a UTC day."""

    day: int
    """Unix seconds // 86400."""
    others_usd: float
    """Spent by others that day, at the assumed price where the price is unknown."""
    complete: bool
    """False where something of it had no known price."""
    ceiling_usd: float
    """The limit on this process's own spending of that day, until the next allowance."""
    exhausted: bool
    """Whether nothing was left to grant."""
    recent_usd: Mapping[str, float] = MappingProxyType({})
    """Target → USD that a request cost on average in the last hour, over all processes."""


class _PendingRequest(NamedTuple):
    request: AllowanceRequest
    answered: threading.Event


class Ledger:
    """Records requests, and divides a day's budget among the processes that share the file.

    Where the file is locked or broken, entries wait in memory and one warning says so.

    Args:
        path: The database; it and its folder are made where they do not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._holder = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
        self._inbox: queue.SimpleQueue[Entry | CreditReading | _PendingRequest | None]
        self._inbox = queue.SimpleQueue()
        self._warnings: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._warned = False
        self._request: AllowanceRequest | None = None
        self._unanswered: list[threading.Event] = []
        self._recorded_usd: dict[int, float] = {}
        """UTC day → USD that this process has recorded."""
        self._assumed_usd: dict[int, float] = {}
        """UTC day → USD assumed for its requests of unknown price."""
        self._claim = (0, 0.0, 0.0)
        """The claim in the file: its UTC day, USD ahead, USD assumed."""
        self._ceiling_usd: dict[int, float] = {}
        """UTC day → the highest ceiling that was answered: its process may have spent up to it."""
        self._allowance: Allowance | None = None
        self._day = 0
        """The UTC day that spending counts to."""
        self._file: tuple[int, int] | None = None
        """Device and inode of the file that is open."""
        self._known_usd = (0, 0.0)
        """A UTC day, and USD that all had spent on it as of the last reading."""
        self._lost_usd: dict[int, float] = {}
        """UTC day → USD that was in a file which is gone."""
        self._credits: list[CreditReading] = []
        """Readings that wait to be written."""
        self._recent_usd: Mapping[str, float] = {}
        self._recent_at_s = -RECENT_S
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    @property
    def path(self) -> Path:
        """The database."""
        return self._path

    def record(self, entry: Entry) -> None:
        """Record a request; it is written within a second."""
        self._inbox.put(entry)

    def record_credit(self, reading: CreditReading) -> None:
        """Record what was left of an account; it is written within a second."""
        self._inbox.put(reading)

    def request_allowance(self, request: AllowanceRequest) -> threading.Event:
        """Request an allowance; it is answered at once and renewed every second.

        Returns:
            An event, set once `allowance` is the answer or the file could not be read.
        """
        pending = _PendingRequest(request, threading.Event())
        self._inbox.put(pending)
        return pending.answered

    @property
    def allowance(self) -> Allowance | None:
        """The newest allowance, for the UTC day it names; None while the file cannot be read."""
        return self._allowance

    def drain_warnings(self) -> list[str]:
        """Return the warnings about the file's state since the last call."""
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._warnings.get_nowait())
        return found

    def close(self, timeout_s: float = 1.0) -> None:
        """Write what is left, give back what was claimed and end, within the time given."""
        self._inbox.put(None)
        self._thread.join(timeout_s)

    # ── on the thread ────────────────────────────────────────────────────────

    def _run(self) -> None:
        # On this thread, since importing SQLite would delay the engine's start.
        from relaytop.ledger import database  # noqa: PLC0415 - see above

        connection: sqlite3.Connection | None = None
        rows: dict[tuple[str, int], Row] = {}
        open_ = True
        while open_:
            open_ = self._collect(rows)
            try:
                if connection is not None and _identity(self._path) != self._file:
                    connection.close()
                    connection = None
                    self._remember_lost()
                if connection is None:
                    connection = database.open_for_writing(self._path)
                    self._file = _identity(self._path)
                self._commit(connection, rows, closing=not open_)
                rows.clear()
                self._warned = False
            except database.WRITE_ERRORS as error:
                self._warn(error)
            for answered in self._unanswered:
                answered.set()
            self._unanswered.clear()
        if connection is not None:
            connection.close()

    def _remember_lost(self) -> None:
        """Go on with what the file held that was deleted or replaced, and say so."""
        day, spent_usd = self._known_usd
        self._lost_usd[day] = spent_usd
        self._claim = (0, 0.0, 0.0)
        self._warnings.put(
            f"ledger {self._path}: the file was deleted or replaced; starting a new one, "
            "today's spending still counts"
        )

    def _collect(self, rows: dict[tuple[str, int], Row]) -> bool:
        """Collect entries for a second, or until a request; False when the ledger is closed."""
        deadline = time.monotonic() + COMMIT_S
        while (left := deadline - time.monotonic()) > 0:
            try:
                item = self._inbox.get(timeout=left)
            except queue.Empty:
                break
            if item is None:
                return False
            if isinstance(item, _PendingRequest):
                self._request = item.request
                self._unanswered.append(item.answered)
                break
            if isinstance(item, CreditReading):
                self._credits.append(item)
                continue
            _count(rows, item)
            day = int(item.at // DAY_S)
            self._assumed_usd[day] = self._assumed_usd.get(day, 0.0) + item.assumed_usd
        return True

    def _commit(
        self, connection: sqlite3.Connection, rows: dict[tuple[str, int], Row], *, closing: bool
    ) -> None:
        """Add the rows, read the day's totals and claim from its budget, in one transaction."""
        now = time.time()
        today = self._day = budget_day(now, self._day)
        recorded = dict(self._recorded_usd)
        for row in rows.values():
            day = row.quarter * QUARTER_S // DAY_S
            recorded[day] = recorded.get(day, 0.0) + row.cost_usd
        request = None if closing else self._request
        connection.execute("BEGIN IMMEDIATE")
        try:
            tables.add_usage(connection, rows.values())
            tables.add_credit(connection, self._credits)
            totals = tables.read_day(connection, today, self._holder)
            spent_usd = totals.spent_usd + self._lost_usd.get(today, 0.0)
            if time.monotonic() - self._recent_at_s >= RECENT_S:
                self._recent_usd = tables.read_recent(connection, int(now // QUARTER_S) - QUARTERS)
                self._recent_at_s = time.monotonic()
            own = recorded.get(today, 0.0)
            assumed, granted, exhausted = self._assumed_usd.get(today, 0.0), 0.0, False
            if request is not None:
                left = request.budget_usd - spent_usd - assumed
                left -= totals.ahead_usd + totals.assumed_usd
                # Half of what is left at most, so that one process does not starve the others.
                share = max(left / 2, request.minimum_usd)
                granted = max(0.0, min(request.ahead_usd, left, share))
                # A lower one would reach the process late, or while more than that is in flight.
                granted = max(granted, self._ceiling_usd.get(today, 0.0) - own - assumed)
                exhausted = granted < request.ahead_usd and granted >= left
            claim = (today, granted, assumed)
            if claim != self._claim:
                tables.set_claim(connection, self._holder, *claim)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # on a full disk SQLite has rolled back by itself
                connection.execute("ROLLBACK")
            raise
        self._credits.clear()
        self._recorded_usd, self._claim = recorded, claim
        self._known_usd = today, spent_usd
        self._ceiling_usd[today] = ceiling_usd = own + assumed + granted
        self._allowance = Allowance(
            today,
            max(0.0, spent_usd - own) + totals.assumed_usd,
            totals.complete,
            ceiling_usd,
            exhausted,
            self._recent_usd,
        )

    def _warn(self, error: Exception) -> None:
        self._allowance = None
        if not self._warned:
            self._warned = True
            self._warnings.put(
                f"ledger {self._path}: {error}; until then the budget is kept in memory"
            )


def _identity(path: Path) -> tuple[int, int] | None:
    """Return the device and the inode of a file; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _count(rows: dict[tuple[str, int], Row], entry: Entry) -> None:
    key = (entry.target, int(entry.at // QUARTER_S))
    before = rows.get(key, Row(*key, 0, 0, 0, 0, 0.0, 0))
    rows[key] = Row(
        *key,
        before.requests + 1,
        before.errors + entry.failed,
        before.input_tokens + (entry.input_tokens or 0),
        before.output_tokens + (entry.output_tokens or 0),
        before.cost_usd + (entry.cost_usd or 0.0),
        before.unpriced + (entry.cost_usd is None),
    )
