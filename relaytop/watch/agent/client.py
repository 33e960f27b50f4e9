"""The reader's side of an agent's socket, which follows the protocol of an engine.

Nothing that comes from there is believed unchecked: see `relaytop.watch.agent.protocol`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
import time
from typing import TYPE_CHECKING

import relaytop
from relaytop.config.steady_clock import STEADY
from relaytop.monitor.event import Event
from relaytop.monitor.handover import MonitorHandover, TargetHandover
from relaytop.monitor.record import RECORD_BYTES
from relaytop.monitor.ring_check import check_handover
from relaytop.protocol.codec import BadMessageError
from relaytop.protocol.lines import MAX_LINE, LineBuffer
from relaytop.protocol.messages import Report
from relaytop.protocol.validate import read_message, read_report
from relaytop.watch.agent.agent_error import AgentError
from relaytop.watch.agent.protocol import MESSAGES, WATCH, Hello, HistoryEnd, request_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from relaytop.config.settings import Settings
    from relaytop.monitor.monitor import Monitor
    from relaytop.protocol.messages import Command

HISTORY_READ_BYTES = 256 * 1024
READ_BYTES = 64 * 1024
"""Read at a time while the screen waits: some 20 ms of work."""
READ_S = 2.0
"""Longest silence of an agent while its history is read."""
HISTORY_S = 10.0
"""Deadline of the whole history."""
HISTORY_LINE = 4 * MAX_LINE
"""Bytes of a message of the history beside a target's samples: a full event log is the longest."""
NEWS_BYTES = 32 * 1024 * 1024
"""What may happen while the history is read."""
BEHIND_BYTES = 64 * 1024 * 1024
"""What may be read live without a pause; a screen that was stopped is behind by a few megabytes."""
POLL_INTERVAL_S = 0.2
"""Seconds between two reads of the socket."""
BUSY_INTERVAL_S = 0.02
"""The same where more waits to be read."""


class AgentClient:
    """An agent on this machine, read in place of an engine: it probes, this only listens.

    Args:
        connection: Its socket; `connect` makes it.
        settings: What both watch.
    """

    returncode: int | None = None
    accepts_commands = False

    def __init__(self, connection: socket.socket, settings: Settings) -> None:
        self.pid = 0
        """Its process id."""
        self.poll_interval_s = POLL_INTERVAL_S
        self._socket = connection
        self._history_limit = settings.history
        self._names = {target.id for target in settings.targets}
        self._lines = LineBuffer(HISTORY_LINE + settings.history * RECORD_BYTES * 4 // 3)
        self._hello: Hello | None = None
        self._overall: MonitorHandover | None = None
        self._history: dict[str, TargetHandover] = {}
        self._waiting: list[Report] = []
        self._fault: str | None = None
        """Why it is no longer read, where that is its own doing."""

    @classmethod
    def connect(cls, path: Path, settings: Settings) -> AgentClient | None:
        """Read what the agent at `path` knows; None where nobody answers there.

        Raises:
            AgentError: Somebody does, and it is no agent of this version, or not to be understood.
        """
        try:
            found = path.lstat()
            if not stat.S_ISSOCK(found.st_mode) or found.st_uid != os.getuid():
                return None
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        except OSError:
            return None
        try:
            connection.settimeout(READ_S)
            connection.connect(str(path))
            connection.sendall(request_line(WATCH))
            client = cls(connection, settings)
            client._read_history()
        except ConnectionRefusedError:
            connection.close()
            with contextlib.suppress(OSError):
                path.unlink()  # its agent was killed: it is only a name
            return None
        except (OSError, BadMessageError) as error:
            connection.close()
            sentence = f"the agent at {path} cannot be read: {_reason(error)}"
            raise AgentError(sentence) from None
        connection.settimeout(0)
        return client

    def restore(self, monitor: Monitor, now: float) -> None:
        """Let a monitor of the same settings go on from what the agent knew."""
        if self._overall is not None:
            monitor.restore(self._overall, now)
        for handover in self._history.values():
            monitor.restore(handover, now)
        self._history.clear()
        text = f"an agent (pid {self.pid}) probes this config: showing its data"
        text += "; --fresh probes separately"
        monitor.note(Event(now, "engine", "info", None, text))

    def _read_history(self) -> None:
        deadline, count = time.monotonic() + HISTORY_S, 0
        most = NEWS_BYTES + (len(self._names) + 1) * self._lines.max_bytes
        while True:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            self._socket.settimeout(min(READ_S, left_s))
            data = self._socket.recv(HISTORY_READ_BYTES)
            count += len(data)
            if not data or count > most:
                message = "it sent too much" if data else "it closed the connection"
                raise BadMessageError(message)
            lines = self._lines.feed(data)
            for number, line in enumerate(lines):
                if self._keep(read_message(line, MESSAGES)):
                    self._begin_live()
                    self._waiting += self._read_live(lines[number + 1 :])
                    return

    def _keep(self, message: object) -> bool:
        """Keep a message of the history; return whether it is the last."""
        if isinstance(message, Hello):
            if message.relaytop != relaytop.__version__:
                sentence = f"it is relaytop {message.relaytop}, this is {relaytop.__version__}"
                raise BadMessageError(sentence)
            self._hello = message
        elif self._hello is None:
            sentence = "it did not identify itself"
            raise BadMessageError(sentence)
        elif isinstance(message, MonitorHandover):
            self._overall = message
        elif isinstance(message, TargetHandover):
            self._keep_target(message)
        elif isinstance(message, Report):
            self._waiting.append(message)
        return isinstance(message, HistoryEnd)

    def _keep_target(self, message: TargetHandover) -> None:
        if message.target not in self._names:
            return
        try:
            check_handover(message.ring, self._history_limit)
        except ValueError as error:
            sentence = f"TargetHandover: {error}"
            raise BadMessageError(sentence) from None
        self._history[message.target] = message

    def _begin_live(self) -> None:
        self._lines.max_bytes = MAX_LINE
        if self._hello is not None:
            self.pid = self._hello.pid
            STEADY.offset_s = self._hello.clock_offset_s

    # ── the protocol of an engine ────────────────────────────────────────────────

    def start(self, settings: Settings) -> None:
        """Do nothing: the agent probes already, with the same settings."""

    def send(self, command: Command) -> bool:
        """Send nothing: an agent obeys its config alone."""
        del command
        return False

    async def reports(self) -> AsyncIterator[list[Report]]:
        """Yield what the agent's engine says, as many at a time as are there; ends with it."""
        batch, self._waiting = self._waiting, []
        if batch:
            yield batch
        behind = 0
        while self._fault is None:
            try:
                data = self._socket.recv(READ_BYTES)
            except BlockingIOError:
                data = None
            except OSError:
                break
            if data == b"":
                break
            if data:
                yield self._read_live(self._complete(data))
            more = data is not None and len(data) > READ_BYTES // 2
            behind = behind + READ_BYTES if more else 0
            if behind > BEHIND_BYTES:
                self._fault = "it sends faster than it can be read"
            await asyncio.sleep(BUSY_INTERVAL_S if more else self.poll_interval_s)
        self._socket.close()
        self.returncode = 0

    def _complete(self, data: bytes) -> list[bytes]:
        """Return the lines that are complete now."""
        try:
            return self._lines.feed(data)
        except BadMessageError as error:
            self._fault = str(error)
            return []

    def _read_live(self, lines: list[bytes]) -> list[Report]:
        """Return the reports that lines are, up to the first that is none."""
        batch: list[Report] = []
        for line in lines:
            try:
                batch.append(read_report(line))
            except BadMessageError as error:
                self._fault = str(error)
                break
        return batch

    def unread(self) -> list[Report]:
        """Return nothing: the agent keeps it."""
        return []

    def exit_reason(self) -> str:
        """Return what happened."""
        if self._fault is not None:
            return f"the agent (pid {self.pid}) can no longer be read: {self._fault}"
        return f"the agent (pid {self.pid}) has exited or loaded another config"

    def stop(self) -> None:
        """Hang up; the agent goes on."""
        self._socket.close()


def _reason(error: OSError | BadMessageError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return str(error)
