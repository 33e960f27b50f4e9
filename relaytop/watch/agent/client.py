"""The reader's side of an agent's socket, which follows the protocol of an engine."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from typing import TYPE_CHECKING

import relaytop
from relaytop.config.steady_clock import STEADY
from relaytop.monitor.handover import MonitorHandover, TargetHandover
from relaytop.monitor.source import Event
from relaytop.protocol.codec import REPORTS, BadMessageError, decode, decode_report
from relaytop.watch.agent.protocol import MESSAGES, WATCH, Hello, HistoryEnd, request_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from relaytop.config.settings import Settings
    from relaytop.monitor.monitor import Monitor
    from relaytop.protocol.messages import Command, Report

READ_BYTES = 256 * 1024
READ_S = 2.0
"""Longest silence of an agent while its history is read."""
HISTORY_S = 20.0
"""Deadline of the whole history."""
HISTORY_BYTES = 512 * 1024 * 1024
POLL_INTERVAL_S = 0.2
"""Seconds between two reads of the socket."""


class AgentClient:
    """An agent on this machine, read in place of an engine: it probes, this only listens.

    Args:
        connection: Its socket; `connect` makes it.
    """

    returncode: int | None = None
    accepts_commands = False

    def __init__(self, connection: socket.socket) -> None:
        self.pid = 0
        """Its process id."""
        self.poll_interval_s = POLL_INTERVAL_S
        self._socket = connection
        self._rest = b""
        self._history: list[MonitorHandover | TargetHandover] = []
        self._waiting: list[Report] = []

    @classmethod
    def connect(cls, path: Path) -> AgentClient | None:
        """Read what the agent at `path` knows; None where none of this version answers there."""
        try:
            if path.lstat().st_uid != os.getuid():
                return None
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        except OSError:
            return None
        try:
            connection.settimeout(READ_S)
            connection.connect(str(path))
            connection.sendall(request_line(WATCH))
            client = cls(connection)
            client._read_history()
        except (OSError, BadMessageError) as error:
            connection.close()
            if isinstance(error, ConnectionRefusedError):
                path.unlink(missing_ok=True)  # its agent was killed: it is only a name
            return None
        connection.settimeout(0)
        return client

    def restore(self, monitor: Monitor, now: float) -> None:
        """Let a monitor of the same settings go on from what the agent knew."""
        for handover in self._history:
            monitor.restore(handover, now)
        self._history.clear()
        text = f"an agent (process {self.pid}) probes this config and is read here; --fresh: not so"
        monitor.note(Event(now, "engine", "info", None, text))

    def _read_history(self) -> None:
        deadline, count = time.monotonic() + HISTORY_S, 0
        while True:
            data = self._socket.recv(READ_BYTES)
            count += len(data)
            if not data or count > HISTORY_BYTES or time.monotonic() > deadline:
                message = "the agent does not send its history"
                raise BadMessageError(message)
            *lines, self._rest = (self._rest + data).split(b"\n")
            for number, line in enumerate(lines):
                if isinstance(self._decode(line), HistoryEnd):
                    self._waiting += map(decode_report, lines[number + 1 :])
                    return

    def _decode(self, line: bytes) -> object:
        """Decode one message of the history, and keep what it holds."""
        message = decode(line, MESSAGES)
        if isinstance(message, Hello):
            if message.relaytop != relaytop.__version__:
                sentence = f"the agent is a relaytop {message.relaytop}"
                raise BadMessageError(sentence)
            self.pid = message.pid
            STEADY.offset_s = message.clock_offset_s
        elif isinstance(message, MonitorHandover | TargetHandover):
            self._history.append(message)
        elif type(message).__name__ in REPORTS:
            self._waiting.append(message)
        return message

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
        while True:
            try:
                data = self._socket.recv(READ_BYTES)
            except BlockingIOError:
                data = None
            except OSError:
                break
            if data == b"":
                break
            if data:
                *lines, self._rest = (self._rest + data).split(b"\n")
                yield [decode_report(line) for line in lines]
            if data is None or len(data) < READ_BYTES:
                await asyncio.sleep(self.poll_interval_s)
        self.returncode = 0

    def exit_reason(self) -> str:
        """Return what happened."""
        return f"the agent (process {self.pid}) has ended or reads another config"

    def stop(self) -> None:
        """Hang up; the agent goes on."""
        self._socket.close()
