"""Hosts whose bytes the test writes, and a fleet's session on them, by a clock that leaps."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from relaytop.config.settings import Settings
from relaytop.fleet.ssh.engine import SshEngine
from relaytop.fleet.ssh.host import Host
from relaytop.fleet.ssh.protocol import PROTOCOL, Hello, HistoryEnd
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.codec import decode_command, encode
from relaytop.protocol.messages import Finished, Pulse
from relaytop.watch.agent.stdio import watched
from relaytop.watch.fleet_session import FleetSession
from tests.support.samples import T0, sample, settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relaytop.monitor.summary import Summary
    from relaytop.protocol.messages import Command

REPORT_S = 5.0


class FakeProcess:
    """A connection; `said` is read piece after piece, then nothing comes or it ends."""

    def __init__(self, said: bytes = b"") -> None:
        self.said = said
        self.written = b""
        self.returncode: int | None = None
        self.stderr = ""
        self.asked_to_end = False
        self.endless = b""
        """What is read again and again."""

    def read(self) -> bytes | None:
        piece, self.said = self.said or self.endless, b""
        if piece:
            return piece
        return b"" if self.returncode is not None or self.asked_to_end else None

    def write(self, data: bytes) -> bool:
        self.written += data
        return True

    def begin_end(self) -> None:
        self.asked_to_end = True

    def end(self, wait_s: float) -> None:
        del wait_s
        if self.returncode is None:
            self.returncode = -9

    @property
    def commands(self) -> list[Command]:
        return [decode_command(line) for line in self.written.split(b"\n") if line]


class Remote:
    """A host: what its monitor knows, and its connections, oldest first.

    Args:
        names: Its targets.
        history: Samples that it keeps.
    """

    def __init__(self, *names: str, history: int = 200, pid: int = 7) -> None:
        self.settings = settings(*(names or ("relay/m",)), history=history)
        self.monitor = Monitor(self.settings, T0)
        self.pid = pid
        self.ahead_s = 0.0
        self.obeys = True
        self.protocol = PROTOCOL
        self.processes: list[FakeProcess] = []
        self.started_at: list[float] = []
        self.refused: tuple[int, str] | None = None
        self.silent = False
        self.now: Callable[[], float] = lambda: T0

    def start(self) -> FakeProcess:
        process = FakeProcess()
        if self.refused is not None:
            process.returncode, process.stderr = self.refused
        elif not self.silent:
            process.said = self.greeting()
        self.processes.append(process)
        self.started_at.append(self.now())
        return process

    def greeting(self) -> bytes:
        hello = Hello(
            protocol=self.protocol,
            relaytop="0.9",
            pid=self.pid,
            now=self.now() + self.ahead_s,
            clock_offset_s=0.0,
            accepts_commands=self.obeys,
        )
        targets = map(self.monitor.target_handover, self.monitor.targets())
        messages: list[Any] = [hello, watched(self.settings), self.monitor.handover(), *targets]
        return b"".join(map(encode, [*messages, HistoryEnd()]))

    def probe(
        self,
        target: str = "relay/m",
        latency_ms: float = 100.0,
        *,
        told: bool = True,
        error: str | None = None,
    ) -> None:
        """Finish a probe now, by the host's clock."""
        at = self.now() + self.ahead_s
        report = Finished(sample(at - T0, latency_ms, target=target, error=error, cost_usd=0.001))
        self.monitor.apply(report, at)
        if told:
            self.say(encode(report))

    def pulse(self, in_flight: int = 0, skipped: dict[str, int] | None = None) -> None:
        self.say(encode(Pulse(self.now() + self.ahead_s, in_flight, {}, skipped or {})))

    def say(self, data: bytes) -> None:
        self.processes[-1].said += data

    def end(self, code: int, stderr: str = "") -> None:
        self.processes[-1].returncode, self.processes[-1].stderr = code, stderr


class Fleet:
    """A session on remotes; `run` lets the time pass.

    Args:
        folder: For snapshots.
        remotes: Place → host.
    """

    def __init__(self, folder: Path, **remotes: Remote) -> None:
        loop = asyncio.get_running_loop()

        def clock() -> float:
            return T0 + 1000 + loop.time() + self.stopped_s

        self.stopped_s = 0.0
        self.clock = clock
        for remote in remotes.values():
            remote.now = clock
        hosts = [
            Host(place, remote.start, lambda: 1.0, "relaytop", clock())
            for place, remote in remotes.items()
        ]
        self.engine = SshEngine(hosts, clock)
        self.session = FleetSession(Settings(), self.engine, snapshots=folder, clock=clock)
        self.monitor = self.session.monitor
        self.read()

    def read(self) -> None:
        """Begin to read the engine, as a screen does."""
        self._reading = asyncio.ensure_future(self.session.read_engine(lambda _offer: None))

    async def run(self, seconds: float, *reporting: Remote) -> None:
        """Let the time pass, in which some hosts report every few seconds."""
        while reporting and seconds > REPORT_S:
            await asyncio.sleep(REPORT_S)
            seconds -= REPORT_S
            for remote in reporting:
                remote.pulse()
        await asyncio.sleep(seconds)

    async def aclose(self) -> None:
        self.engine.stop()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    def summary(self, target: str) -> Summary:
        return self.session.monitor.summary(target, self.clock())

    def texts(self) -> list[str]:
        return [event.text for event in self.session.monitor.events()]
