"""Many hosts as one engine: it follows the protocol of `relaytop.watch.engine`."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

from relaytop.fleet.ssh.commands import commands_for
from relaytop.fleet.ssh.host import LONGEST_CHECK_S, Host, Live, Lost
from relaytop.fleet.ssh.merged import MergedState
from relaytop.fleet.ssh.protocol import Hello, HistoryEnd, Watched
from relaytop.fleet.ssh.relocation import SKEW_S, Relocation
from relaytop.monitor.handover import MonitorHandover, TargetHandover
from relaytop.monitor.number_format import format_age
from relaytop.protocol.messages import Budget, Pulse, Ready

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from relaytop.config.settings import Settings
    from relaytop.monitor.event import Level
    from relaytop.protocol.messages import Command, Report

MAX_CONNECTING = 8
POLL_INTERVAL_S = 0.2
BUSY_INTERVAL_S = 0.01
WORK_S = 0.03
"""Seconds of work at a time; keys are answered in between."""
PULSE_S = 1.0
"""Seconds between two merged pulses, and the longest time without a batch."""
STOP_S = 0.5
MAX_SAMPLES = 100_000
"""Of one host, in all of its targets' histories."""


class HostListener(Protocol):
    """Is told what is no report: which rows there are, their history, and who is not heard from."""

    def watch_place(self, place: str, watched: Watched, capacity: int) -> None:
        """A host tells what it watches; its targets have no place.

        Args:
            place: The host's name here.
            watched: What it watches.
            capacity: The most samples of a target that are kept.
        """
        ...

    def restore(
        self, place: str, known: MonitorHandover | TargetHandover, since: float | None
    ) -> None:
        """A host tells what it knows, as it is here.

        Args:
            place: The host's name here.
            known: What it knows.
            since: Unix seconds until which it was heard before; None: never.
        """
        ...

    def place_lost(self, place: str) -> None:
        """Nothing is heard from a host now."""
        ...

    def place_live(self, place: str) -> Sequence[Command]:
        """A host is heard, with all of its history; return the commands that hold for it."""
        ...

    def engine_restarted(self, place: str) -> None:
        """A host's engine counts from 0 again."""
        ...

    def note_place(self, level: Level, text: str) -> None:
        """Add a line to the event log."""
        ...


class SshEngine:
    """Reads hosts, in turns.

    Args:
        hosts: The hosts.
        clock: Steady Unix seconds.
    """

    returncode: int | None = None

    def __init__(self, hosts: Sequence[Host], clock: Callable[[], float]) -> None:
        self.poll_interval_s = POLL_INTERVAL_S
        self.listener: HostListener | None = None
        """Must be set before reports are read."""
        self.hosts = {host.place: host for host in hosts}
        self._clock = clock
        self._merged = MergedState()
        self._relocations: dict[str, Relocation] = {}
        self._runs: dict[str, tuple[int, float]] = {}
        """Place → (process id, offset of its clock) of the run whose history is known."""
        self._heard_at: dict[str, float] = {}
        self._lost_at: dict[str, float] = {}
        self._told: dict[str, str] = {}
        """Place → why it is lost, as the log has it."""
        self._batch: list[Report] = []
        self._checked_at = self._pulsed_at = clock()
        self._pulse_due = self._stopped = False

    # ── the protocol of an engine ────────────────────────────────────────────

    @property
    def accepts_commands(self) -> bool:
        """Whether any host probes for this reader, and obeys."""
        return any(host.obeys for host in self.hosts.values())

    def start(self, settings: Settings) -> None:
        """Read again if it was stopped; each host has settings of its own."""
        del settings
        self._stopped = False

    def send(self, command: Command) -> bool:
        """Send a command to the hosts that it concerns and that obey; False where none does."""
        sent = False
        for place, own in self._divide(command).items():
            sent = self.hosts[place].send(own) or sent
        return sent

    def _divide(self, command: Command) -> Mapping[str, Command]:
        obeying = [place for place, host in self.hosts.items() if host.obeys]
        budgets = {place: self._merged.budget_of(place) for place in self.hosts}
        return commands_for(command, obeying, budgets)

    async def reports(self) -> AsyncIterator[list[Report]]:
        """Yield what the hosts report, in batches; ends when it is stopped."""
        yielded_at = self._clock()
        if self.hosts:
            count = "1 host" if len(self.hosts) == 1 else f"{len(self.hosts)} hosts"
            self._required_listener.note_place("info", f"connecting to {count} over ssh")
        while not self._stopped:
            busy = self._work()
            now = self._clock()
            if self._batch or now - yielded_at >= PULSE_S:
                yielded_at = now
                yield self._take_batch(now)
            await asyncio.sleep(BUSY_INTERVAL_S if busy else self.poll_interval_s)

    def unread(self) -> list[Report]:
        """Return what was read and not yielded yet."""
        batch, self._batch = self._batch, []
        return batch

    def exit_reason(self) -> str:
        """Return why it ended: it was stopped."""
        return "stopped"

    def stop(self) -> None:
        """End all connections; never hangs."""
        self._stopped = True
        for host in self.hosts.values():
            host.begin_end()
        deadline = time.monotonic() + STOP_S
        for host in self.hosts.values():
            host.end(max(0.01, deadline - time.monotonic()))

    # ── reading ──────────────────────────────────────────────────────────────

    def _take_batch(self, now: float) -> list[Report]:
        if self._pulse_due and now - self._pulsed_at >= PULSE_S:
            self._pulse_due, self._pulsed_at = False, now
            self._batch.append(self._merged.pulse(now))
        return self.unread()

    def _work(self) -> bool:
        """Read each host in turns for a short time; return whether more waits."""
        now = self._clock()
        own_s, self._checked_at = now - self._checked_at - LONGEST_CHECK_S, now
        connecting = sum(host.connecting for host in self.hosts.values())
        for host in self.hosts.values():
            if own_s > 0:
                host.note_own_stop(own_s)
            if host.is_due(now) and connecting < MAX_CONNECTING:
                connecting += 1
                lost = host.connect(now)
                if lost is not None:
                    self._lose(host, lost, now)
        until = time.perf_counter() + WORK_S
        waiting = list(self.hosts.values())
        while waiting and time.perf_counter() < until:
            waiting = [host for host in waiting if self._read(host)]
        return bool(waiting)

    def _read(self, host: Host) -> bool:
        """Read a piece of what a host says; return whether there was any."""
        came = False
        for message in host.read(self._clock()):
            came = True
            self._apply(host, message, self._clock())
        return came

    def _apply(self, host: Host, message: object, now: float) -> None:
        place, listener = host.place, self._required_listener
        match message:
            case Lost():
                self._lose(host, message, now)
            case Live():
                self._live(host, now)
            case Hello():
                self._greet(place, message, now)
            case Watched():
                listener.watch_place(place, message, _capacity(message))
            case MonitorHandover():
                known = self._relocations[place].overall(message, now)
                listener.restore(place, known, self._heard_at.get(place))
            case TargetHandover():
                self._restore(host, message, now)
            case HistoryEnd():
                return
            case _:
                self._report(place, message, now)  # type: ignore[arg-type]

    @property
    def _required_listener(self) -> HostListener:
        if self.listener is None:
            message = "an SshEngine needs a listener"
            raise RuntimeError(message)
        return self.listener

    def _greet(self, place: str, hello: Hello, now: float) -> None:
        ahead_s = hello.now - now
        run, before = (hello.pid, hello.clock_offset_s), self._relocations.get(place)
        if self._runs.get(place) == run and before is not None:
            return  # measured anew, one run's moments would differ from themselves
        self._runs[place] = run
        relocation = self._relocations[place] = Relocation(place, ahead_s)
        if abs(ahead_s) >= SKEW_S and abs(ahead_s - (before.ahead_s if before else 0)) >= SKEW_S:
            way = "ahead of" if ahead_s > 0 else "behind"
            text = (
                f"{place}: its clock is {format_age(abs(relocation.ahead_s))} {way} this one; "
                "its times are corrected by that"
            )
            self._required_listener.note_place("warning", text)

    def _restore(self, host: Host, known: TargetHandover, now: float) -> None:
        watched = host.stream.watched if host.stream is not None else None
        if watched is None or known.target not in {target.id for target in watched.targets}:
            return
        since = self._heard_at.get(host.place)
        if since is not None and known.ring.count == 0:
            return  # it has begun anew: what is known of before is all that there is
        moved = self._relocations[host.place].handover(known, _capacity(watched), now)
        self._required_listener.restore(host.place, moved, since)

    def _report(self, place: str, report: Report, now: float) -> None:
        self._heard_at[place] = now
        relocation = self._relocations[place]
        match report:
            case Ready():
                self._required_listener.engine_restarted(place)
            case Pulse():
                self._merged.set_pulse(report, relocation, now)
                self._pulse_due = True
            case Budget():
                told = self._merged.set_budget(place, report)
                if told is not None:
                    self._required_listener.note_place("error", told)
                total = self._merged.budget()
                if total is not None:
                    self._batch.append(total)
            case _:
                self._batch.append(relocation.report(report, now))

    # ── who is heard from ────────────────────────────────────────────────────

    def _lose(self, host: Host, lost: Lost, now: float) -> None:
        place = host.place
        self._merged.remove(place)
        self._pulse_due = True
        if lost.restarts:
            return
        self._lost_at.setdefault(place, now)
        self._required_listener.place_lost(place)
        if self._told.get(place) != lost.why:
            self._told[place] = lost.why
            self._required_listener.note_place("error", f"{place} unreachable: {lost.why}")

    def _live(self, host: Host, now: float) -> None:
        place = host.place
        commands = self._required_listener.place_live(place)
        lost_at = self._lost_at.pop(place, None)
        if self._told.pop(place, None) is not None and lost_at is not None:
            text = f"{place} is reachable again after {format_age(now - lost_at)}"
            self._required_listener.note_place("good", text)
        for command in commands:
            own = self._divide(command).get(place)
            if own is not None:
                host.send(own)

    @property
    def unreachable(self) -> dict[str, str]:
        """The hosts that are not heard from, and why."""
        return {place: host.lost for place, host in self.hosts.items() if host.lost is not None}


def _capacity(watched: Watched) -> int:
    """Return the samples that are kept of each of a host's targets: a host's memory is bounded."""
    share = MAX_SAMPLES // max(1, len(watched.targets))
    return max(1, min(watched.history, share))
