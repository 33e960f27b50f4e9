"""What was used and spent, in SQLite: one row per target and UTC quarter-hour.

Everything that touches the file runs on a thread of its own, never on the engine's loop.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
import uuid
from typing import TYPE_CHECKING, NamedTuple

from relaytop.ledger import tables
from relaytop.ledger.tables import DAY_S, QUARTER_S, Row

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

COMMIT_S = 1.0
BUSY_S = 2.0


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
    """What the budget takes it for, where the cost is unknown."""


class AllowanceRequest(NamedTuple):
    """What a process would like to be allowed to spend."""

    budget_usd: float
    """Of a UTC day, over all processes."""
    ahead_usd: float
    """What its next seconds may cost."""
    minimum_usd: float
    """What it needs to do anything at all: one probe of each target."""


class Allowance(NamedTuple):
    """What this process may spend on a UTC day."""

    day: int
    """Unix seconds // 86400."""
    others_usd: float
    """What others have spent that day, at the assumed price where the price is unknown."""
    complete: bool
    """False where something of it had no known price."""
    ceiling_usd: float
    """How far this process's own spending of that day may go, until it is told anew."""
    exhausted: bool
    """Whether there was no more to be had."""


class _Question(NamedTuple):
    want: AllowanceRequest
    answered: threading.Event


class Ledger:
    """Books requests, and divides a day's budget among the processes that share the file.

    Where the file is locked or broken, entries wait in memory and a complaint tells of it once.

    Args:
        path: The database; it and its folder are made where they do not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._holder = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
        self._inbox: queue.SimpleQueue[Entry | _Question | None] = queue.SimpleQueue()
        self._complaints: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._complained = False
        self._want: AllowanceRequest | None = None
        self._open: list[threading.Event] = []
        """Of the questions that are not answered yet."""
        self._known: dict[int, float] = {}
        """UTC day → USD that this process has booked."""
        self._assumed: dict[int, float] = {}
        """UTC day → USD that it takes its unpriced requests for."""
        self._claim = (0, 0.0, 0.0)
        """The UTC day and what is set aside in the file: USD ahead, USD assumed."""
        self._allowance: Allowance | None = None
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    def record(self, entry: Entry) -> None:
        """Book a request, soon."""
        self._inbox.put(entry)

    def request_allowance(self, want: AllowanceRequest) -> threading.Event:
        """Say what this process would like to spend; it is answered at once and kept up to date.

        Returns:
            Set once `allowance` is the answer, or the file could not be read.
        """
        question = _Question(want, threading.Event())
        self._inbox.put(question)
        return question.answered

    @property
    def allowance(self) -> Allowance | None:
        """What may be spent on the UTC day that it names; None while the file cannot be read."""
        return self._allowance

    def drain_warnings(self) -> list[str]:
        """Take what the user should know of the file's state."""
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._complaints.get_nowait())
        return found

    def close(self, timeout_s: float = 1.0) -> None:
        """Write what is left, give back what was set aside and end, within the time given."""
        self._inbox.put(None)
        self._thread.join(timeout_s)

    # ── on the thread ────────────────────────────────────────────────────────

    def _run(self) -> None:
        import sqlite3  # noqa: PLC0415 - on this thread, out of the way of the engine's start

        connection: sqlite3.Connection | None = None
        rows: dict[tuple[str, int], Row] = {}
        open_ = True
        while open_:
            open_ = self._gather(rows)
            try:
                if connection is None:
                    connection = self._connect()
                self._settle(connection, rows, closing=not open_)
                rows.clear()
                self._complained = False
            except (sqlite3.Error, OSError) as error:
                self._complain(error)
            for answered in self._open:
                answered.set()
            self._open.clear()
        if connection is not None:
            connection.close()

    def _gather(self, rows: dict[tuple[str, int], Row]) -> bool:
        """Collect entries for a second, or until asked; False when the ledger is being closed."""
        deadline = time.monotonic() + COMMIT_S
        while (left := deadline - time.monotonic()) > 0:
            try:
                item = self._inbox.get(timeout=left)
            except queue.Empty:
                break
            if item is None:
                return False
            if isinstance(item, _Question):
                self._want = item.want
                self._open.append(item.answered)
                break
            _count(rows, item)
            day = int(item.at // DAY_S)
            self._assumed[day] = self._assumed.get(day, 0.0) + item.assumed_usd
        return True

    def _connect(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415

        self._path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)
        try:
            tables.make(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _settle(
        self, connection: sqlite3.Connection, rows: dict[tuple[str, int], Row], *, closing: bool
    ) -> None:
        """Book, read how the day stands and claim from it: all in one transaction."""
        today = int(time.time() // DAY_S)
        known = dict(self._known)
        for row in rows.values():
            day = row.quarter * QUARTER_S // DAY_S
            known[day] = known.get(day, 0.0) + row.cost_usd
        want = None if closing else self._want
        connection.execute("BEGIN IMMEDIATE")
        try:
            tables.add(connection, rows.values())
            stands = tables.day_of(connection, today, self._holder)
            assumed, granted, exhausted = self._assumed.get(today, 0.0), 0.0, False
            if want is not None:
                left = want.budget_usd - stands.booked_usd - assumed
                left -= stands.ahead_usd + stands.assumed_usd
                # Half of what is left at most, so that one process does not starve the others.
                granted = max(0.0, min(want.ahead_usd, left, max(left / 2, want.minimum_usd)))
                exhausted = granted < want.ahead_usd and granted >= left
            claim = (today, granted, assumed)
            if claim != self._claim:
                tables.claim(connection, self._holder, *claim)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        self._known, self._claim = known, claim
        own = known.get(today, 0.0)
        self._allowance = Allowance(
            today,
            max(0.0, stands.booked_usd - own) + stands.assumed_usd,
            stands.complete,
            own + assumed + granted,
            exhausted,
        )

    def _complain(self, error: Exception) -> None:
        self._allowance = None
        if not self._complained:
            self._complained = True
            self._complaints.put(
                f"ledger {self._path}: {error}; meanwhile the budget goes on in memory"
            )


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
