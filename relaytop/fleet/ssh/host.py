"""One host: its connection, made again where it ends, and what it says meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from relaytop.fleet.ssh.failure import failure_words
from relaytop.fleet.ssh.protocol import KEEP_ALIVE, KEEP_ALIVE_S
from relaytop.fleet.ssh.stream import HostStream, OtherProtocolError
from relaytop.protocol.codec import BadMessageError, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relaytop.protocol.messages import Command

WAIT_S = (1.0, 60.0)
"""Seconds before a connection is made again: at first, and at most."""
STEADY_S = 10.0
"""A connection that was live for so long begins with the short wait again."""
HELLO_S = 40.0
"""Longest time from ssh's start to relaytop's first line there."""
SILENT_S = 20.0
"""Longest silence: relaytop writes an empty line every few seconds."""
UNREPORTED_S = 10.0
"""After so long without a report, nothing that is shown of the host is current."""
BEHIND_BYTES = 64 * 1024 * 1024
"""What may be read live without a pause."""
LONGEST_CHECK_S = 3.0
"""A longer gap between two checks is this process's own: it was stopped or suspended."""
END_S = 0.5


class Process(Protocol):
    """A connection's process, as `SshProcess` is."""

    @property
    def returncode(self) -> int | None:
        """The exit code; None while it runs."""
        ...

    @property
    def stderr(self) -> str:
        """The end of what it wrote to stderr."""
        ...

    def read(self) -> bytes | None:
        """Return what it has written; None where there is nothing now, empty at the end."""
        ...

    def write(self, data: bytes) -> bool:
        """Send without waiting; return whether it can be."""
        ...

    def begin_end(self) -> None:
        """Ask it to end."""
        ...

    def end(self, wait_s: float) -> None:
        """End it."""
        ...


@dataclass(frozen=True, slots=True)
class Lost:
    """The end of a connection, or of its reports."""

    why: str
    """A sentence, without the host's name."""
    restarts: bool = False
    """Whether it ended well and is made again at once: nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Live:
    """The host's history is complete, or its reports come again."""


class Host:
    """Connects to one host, again and again.

    Args:
        place: Its name here.
        start: Starts the process of a connection; raises `OSError` where it cannot be.
        uniform: Returns a random float in [0, 1): the jitter of waits.
        program: The path of relaytop there, for what is told.
        now: Steady seconds, as everywhere here.
    """

    def __init__(
        self,
        place: str,
        start: Callable[[], Process],
        uniform: Callable[[], float],
        program: str,
        now: float,
    ) -> None:
        self.place = place
        self.lost: str | None = None
        """Why it is not read now, once that is known."""
        self.stream: HostStream | None = None
        self._start = start
        self._uniform = uniform
        self._program = program
        self._process: Process | None = None
        self._due_at = now
        self._wait_s = WAIT_S[0]
        self._began_at = self._heard_at = self._reported_at = self._checked_at = now
        self._live_at: float | None = None
        self._sent_at = now
        self._behind = 0
        self._ended_at: float | None = None
        self._ending: list[tuple[Process, float]] = []
        """Processes that were asked to end, and until when."""

    # ── what is read ─────────────────────────────────────────────────────────

    @property
    def connecting(self) -> bool:
        """Whether its first line is awaited."""
        return self._process is not None and (self.stream is None or self.stream.hello is None)

    @property
    def live(self) -> bool:
        """Whether its history is complete and its reports come."""
        return self.stream is not None and self.stream.live

    @property
    def obeys(self) -> bool:
        """Whether it takes commands: it probes for this reader alone."""
        hello = self.stream.hello if self.stream is not None else None
        return self.live and hello is not None and hello.accepts_commands

    def is_due(self, now: float) -> bool:
        """Return whether a connection is to be made."""
        return self._process is None and now >= self._due_at

    # ── what happens ─────────────────────────────────────────────────────────

    def connect(self, now: float) -> Lost | None:
        """Start a connection; return why that cannot be."""
        self._began_at = self._heard_at = self._reported_at = self._checked_at = now
        self._sent_at, self._live_at, self._behind = now, None, 0
        self.stream = HostStream()
        try:
            self._process = self._start()
        except OSError as error:
            self.stream = None
            return self._fail(f"ssh cannot be started: {error.strerror}", now)
        return None

    def read(self, now: float) -> Iterator[object]:
        """Yield the messages of one piece of what has come, and a `Lost` where that is its end."""
        self._reap(now)
        process, stream = self._process, self.stream
        if process is None or stream is None:
            return
        data = process.read()
        if data:
            self._heard_at = now
            self._behind = self._behind + len(data) if self.live else 0
            yield from self._messages(stream, data, now)
            return
        self._behind = 0
        if data == b"":
            yield from self._end_of(process, stream, now)
            return
        yield from self._check(process, now)

    def _messages(self, stream: HostStream, data: bytes, now: float) -> Iterator[object]:
        if self._behind > BEHIND_BYTES:
            yield self._fail("it sends faster than it can be read", now)
            return
        try:
            for message in stream.feed(data):
                self._reported_at = now
                yield message
                if stream.live and (self._live_at is None or self.lost is not None):
                    self._live_at = now if self._live_at is None else self._live_at
                    self.lost = None
                    yield Live()
        except OtherProtocolError as error:
            self._wait_s = WAIT_S[1]
            yield self._fail(str(error), now)
        except BadMessageError as error:
            yield self._fail(f"what it says is not to be understood: {error}", now)

    def note_own_stop(self, stopped_s: float) -> None:
        """Leave a time in which this process did not run out of all waits."""
        self._began_at += stopped_s
        self._heard_at += stopped_s
        self._reported_at += stopped_s

    def _check(self, process: Process, now: float) -> Iterator[Lost]:
        if now - self._sent_at >= KEEP_ALIVE_S:
            self._sent_at = now
            process.write(KEEP_ALIVE)
        if self.connecting:
            if now - self._began_at > HELLO_S:
                yield self._fail(f"no answer within {HELLO_S:.0f} s", now)
        elif now - self._heard_at > SILENT_S:
            yield self._fail(f"nothing was heard from it for {SILENT_S:.0f} s", now)
        elif self.live and self.lost is None and now - self._reported_at > UNREPORTED_S:
            self.lost = f"its engine has not reported for {UNREPORTED_S:.0f} s"
            yield Lost(self.lost)

    def _end_of(self, process: Process, stream: HostStream, now: float) -> Iterator[Lost]:
        """Yield why a connection has ended, once its process has."""
        self._ended_at = now if self._ended_at is None else self._ended_at
        code = process.returncode
        if code is None and now - self._ended_at < END_S:
            return  # it will tell its exit code soon
        words = failure_words(code, process.stderr, self._program)
        if code == 0 and stream.live:
            self._forget(now)
            self._due_at = now
            yield Lost(words, restarts=True)
        else:
            yield self._fail(words, now)

    def _fail(self, why: str, now: float) -> Lost:
        """End the connection, and wait before the next."""
        if self._live_at is not None and now - self._live_at >= STEADY_S:
            self._wait_s = WAIT_S[0]
        self._forget(now)
        self._due_at = now + self._wait_s * (0.5 + self._uniform() / 2)
        self._wait_s = min(2 * self._wait_s, WAIT_S[1])
        self.lost = why
        return Lost(why)

    def _forget(self, now: float) -> None:
        process, self._process, self.stream = self._process, None, None
        self._ended_at = None
        if process is not None:
            process.begin_end()
            self._ending.append((process, now + END_S))

    def _reap(self, now: float) -> None:
        """End what was asked to end and did not, or has ended."""
        for process, until in list(self._ending):
            if process.returncode is not None or now >= until:
                process.end(0.0)
                self._ending.remove((process, until))

    def send(self, command: Command) -> bool:
        """Send a command; False where nobody obeys."""
        return self.obeys and self._process is not None and self._process.write(encode(command))

    def begin_end(self) -> None:
        """Ask the connection to end."""
        if self._process is not None:
            self._process.begin_end()

    def end(self, wait_s: float) -> None:
        """End the connection for good."""
        processes = [process for process, _until in self._ending]
        for process in (*processes, self._process):
            if process is not None:
                process.end(wait_s)
        self._process = self.stream = None
        self._ending.clear()
