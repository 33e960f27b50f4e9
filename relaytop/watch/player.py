"""A recording played back with the protocol of an engine: the same reports, on their own clock."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from relaytop.monitor.number_format import format_age
from relaytop.protocol.messages import Notice
from relaytop.store.recording import moment_of
from relaytop.watch.checkpoints import Checkpoint, Checkpoints
from relaytop.watch.replay_clock import ReplayClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from relaytop.config.settings import Settings
    from relaytop.protocol.messages import Command, Report
    from relaytop.store.recording import Recording

POLL_INTERVAL_S = 0.2
"""Seconds between two looks at the clock."""
SLICE = 100
"""Reports that are applied before others of the same loop have their turn."""
GAP_S = 60.0
"""A pulse is recorded every second: a longer silence was not recorded, and is passed over."""
PATIENCE_S = 1.0
"""A search that takes longer tells how far it is."""


class Player:
    """Yields recorded reports when their time has come.

    Args:
        recording: What is played; closed by `stop`.
        speed: Seconds of the recording per second.
        start_at: Where to begin, Unix seconds; None: at its beginning.
        wall: Seconds of a clock that never goes back; a test passes its own.
    """

    def __init__(
        self,
        recording: Recording,
        *,
        speed: float,
        start_at: float | None = None,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        self.recording = recording
        self.clock = ReplayClock(recording.began_at, recording.ended_at, speed, wall)
        self.poll_interval_s = POLL_INTERVAL_S
        self.on_checkpoint: Callable[[], object] = _nothing
        """Called to be handed the state at this moment; None where there is none to be kept."""
        self.on_restore: Callable[[object], bool] = _refuse
        """Called with such a state, to go on from it; whether that was possible."""
        self.on_rewind: Callable[[], None] = _nothing
        """Called before the reports begin anew: forget what they reported."""
        self.on_watched: Callable[[tuple[str, ...]], None] = _ignore
        """Called with the ids of the targets that were watched, before the first report of then."""
        self.on_gap: Callable[[float], None] = _ignore
        """Called with the seconds of a gap, before the first report after it."""
        self.on_arrival: Callable[[], None] = _nothing
        """Called when a search has ended."""
        self._wall = wall
        self._goal = start_at
        self._back = False
        self._searching_since: float | None = None
        self._share = 0.0
        self._wake = asyncio.Event()
        self._checkpoints = Checkpoints(recording.began_at, recording.ended_at)
        self._begin()

    # ── the protocol of an engine ────────────────────────────────────────────────

    accepts_commands = False
    returncode: int | None = None

    def start(self, settings: Settings) -> None:
        """Do nothing: a recording knows what was watched."""

    def send(self, command: Command) -> bool:
        """Send nothing: the past cannot be changed."""
        del command
        return False

    def unread(self) -> list[Report]:
        """Return nothing: it stays in the recording."""
        return []

    def exit_reason(self) -> str:
        """Return nothing: a recording does not die."""
        return ""

    def stop(self) -> None:
        """Close the recording."""
        self.recording.close()

    async def reports(self) -> AsyncIterator[list[Report]]:
        """Yield reports, each while the clock shows its moment; goes on until it is cancelled."""
        self.clock.jump(self.recording.began_at)
        while True:
            self._wake.clear()
            for batch in self._play():
                if batch:
                    yield batch
                else:
                    await asyncio.sleep(0)
            try:
                async with asyncio.timeout(self.poll_interval_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    # ── what the keys do ─────────────────────────────────────────────────────

    def toggle(self) -> bool:
        """Stop the clock or let it run; whether it stands now."""
        if self.clock.paused:
            self.clock.resume()
        else:
            self.clock.pause()
        self._wake.set()
        return self.clock.paused

    def seek(self, at: float) -> None:
        """Go to a moment, Unix seconds; the nearest there is."""
        before = self.clock.now if self._goal is None else self._goal
        self._goal = max(self.recording.began_at, min(self.recording.ended_at, at))
        self._back = self._goal < before
        self._wake.set()

    def seek_by(self, seconds: float) -> None:
        """Go forward, or back where `seconds` is negative."""
        self.seek((self.clock.now if self._goal is None else self._goal) + seconds)

    @property
    def searching(self) -> bool:
        """Whether a moment is being looked for: the figures are incomplete."""
        return self._goal is not None

    @property
    def progress(self) -> float | None:
        """Progress of a search, 0 to 1; None where there is none, or none that takes long."""
        since = self._searching_since
        if since is None or self._wall() - since < PATIENCE_S:
            return None
        return self._share

    # ── playing ──────────────────────────────────────────────────────────────

    def _begin(self) -> None:
        self._at = self.recording.began_at
        self.clock.hold(self._at)
        self._reports: Iterator[Report] = self.recording.reports()
        self._next: tuple[float, Report] | None = None
        self._ended = False
        self._is_pure = True
        self._read_error: str | None = None
        self._watched: tuple[str, ...] | None = None
        self._advance()

    def _restore(self, checkpoint: Checkpoint) -> bool:
        """Go on from a checkpoint, where whoever reads can."""
        self.clock.hold(checkpoint.at)
        if not self.on_restore(checkpoint.state):
            self.clock.hold(self._at)
            return False
        self._at, self._next = checkpoint.at, checkpoint.next_report
        self._reports = self.recording.reports(checkpoint.place)
        self.recording.watched, self._watched = checkpoint.watched, None
        self._ended, self._is_pure, self._read_error = False, True, None
        return True

    def _keep_checkpoint(self) -> None:
        """Keep the state, once in each span, unless it has what no search would have brought."""
        if not self._is_pure or not self._checkpoints.is_due(self._at):
            return
        following, place, watched = self._next, self.recording.place, self.recording.watched
        state = self.on_checkpoint()
        if state is not None:
            self._checkpoints.add(Checkpoint(self._at, following, place, watched, state))

    def _advance(self) -> None:
        """Read the next report; one that does not tell its moment has that of the one before."""
        try:
            report = next(self._reports, None)
        except OSError as error:
            self._read_error = error.strerror or type(error).__name__
            report = None
        if report is None:
            self._next = None
            return
        at = max(self._at, moment_of(report) or self._at)
        self._next = (min(at, self.recording.ended_at), report)

    def _play(self) -> Iterator[list[Report]]:
        """Yield what is due; an empty batch lets others have their turn."""
        while self._goal is not None:
            yield from self._search(self._goal)
        yield from self._until(self.clock.now)
        if self._goal is None:
            yield from self._at_the_edge()

    def _until(self, at: float) -> Iterator[list[Report]]:
        """Yield what happened up to a moment, or until another one is looked for."""
        goal, count = self._goal, 0
        while self._next is not None and self._next[0] <= at and self._goal == goal:
            silence_s = self._silence_s()
            self._at, report = self._next
            self.clock.hold(self._at)
            if silence_s >= GAP_S:
                self.on_gap(silence_s)
            if self._watched is not self.recording.watched:
                self._watched = self.recording.watched
                self.on_watched(self._watched)
            yield [report]
            self._advance()
            self._keep_checkpoint()
            count += 1
            if count % SLICE == 0:
                yield []
        if self._goal == goal:
            self.clock.hold(at)

    def _search(self, goal: float) -> Iterator[list[Report]]:
        """Yield what leads to the moment that is looked for."""
        if self._searching_since is None:
            self._searching_since = self._wall()
        nearest = self._checkpoints.before(goal)
        is_back = goal < self._at
        if nearest is not None and (is_back or nearest.at > self._at):
            is_restored = self._restore(nearest)
            is_back = is_back and not is_restored
        if is_back:
            self._begin()
            self.on_rewind()
        began_at = self._at
        for batch in self._until(goal):
            self._share = (self._at - began_at) / max(1e-9, goal - began_at)
            yield batch
        if self._goal != goal or self._before_a_gap(goal):
            return
        self.clock.jump(goal)
        self._goal = self._searching_since = None
        self.on_arrival()

    def _before_a_gap(self, goal: float) -> bool:
        """Going back, pass over a silence as playing does; whether there is another goal now."""
        silence_s = self._silence_s()
        if not self._back or silence_s < GAP_S or goal <= self._at:
            return False
        self._goal = max(self.recording.began_at, goal - silence_s)
        return True

    def _silence_s(self) -> float:
        return self._next[0] - self._at if self._next is not None else 0.0

    def _at_the_edge(self) -> Iterator[list[Report]]:
        """Pass over a silence; say that the recording has ended."""
        silence_s = self._silence_s()
        if self._next is not None and silence_s >= GAP_S and self.clock.now > self._at:
            self.clock.jump(self._next[0])
            self._is_pure = False
            yield [Notice("info", f"nothing recorded for {format_age(silence_s)}")]
            yield from self._until(self.clock.now)
        elif self._next is None and not self._ended:
            self._ended, self._is_pure = True, False
            if self._read_error is not None:
                yield [Notice("error", f"the rest cannot be read: {self._read_error}")]
            yield [Notice("info", f"end of the recording{self._broken()}")]

    def _broken(self) -> str:
        count = self.recording.broken
        return f"; {count} broken {'line' if count == 1 else 'lines'} skipped" if count else ""


def _nothing() -> None:
    pass


def _ignore(_told: object) -> None:
    pass


def _refuse(_state: object) -> bool:
    return False
