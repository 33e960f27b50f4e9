"""The parent's side of the engine process."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import subprocess
from typing import TYPE_CHECKING

from relaytop.config.child_processes import start_module, stop_process
from relaytop.config.settings import AlertSettings
from relaytop.config.steady_clock import STEADY
from relaytop.protocol.codec import BadMessageError, encode
from relaytop.protocol.lines import LineBuffer
from relaytop.protocol.messages import Start
from relaytop.protocol.validate import read_report

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from relaytop.config.settings import Settings
    from relaytop.protocol.messages import Command, Report

READ_BYTES = 256 * 1024
BEHIND_BYTES = 32 * 1024
"""Of one read: half of what a pipe holds. More is on its way."""
BUSY_INTERVAL_S = 0.02
"""Seconds between two reads then, in which keys are answered."""
MAX_LINE = 16 * 1024 * 1024
"""Bytes of one report: a provider's list prices are the longest."""
STDERR_BYTES = 4096
STOP_S = 1.0
POLL_INTERVAL_S = 0.2
"""Seconds between two reads of the pipe: five wake-ups a second at any number of probes."""
FROZEN_POLL_INTERVAL_S = 1.0
"""The same under a frozen picture; a second of a hundred probes fills half of the pipe."""


class EngineChild:
    """An engine in a process of its own.

    Args:
        process: The process, with pipes on all three streams.
    """

    accepts_commands = True

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._lines = LineBuffer(MAX_LINE)
        self._unsent = b""
        self._rest: list[Report] = []
        self.poll_interval_s = POLL_INTERVAL_S
        """Longest wait of reports in the pipe; longer under a frozen picture."""

    @classmethod
    def spawn(cls, environ: Mapping[str, str], *, ledger: Path | None) -> EngineChild:
        """Start the process; it waits for `start`.

        Args:
            environ: The environment; the keys in it are not passed on.
            ledger: The ledger's file; None: no ledger.
        """
        arguments = [] if ledger is None else ["--ledger", str(ledger.absolute())]
        # Not of the terminal's process group: ^C and hang-ups are the parent's to answer.
        process = start_module(
            "relaytop.engine", arguments, environ, stderr=subprocess.PIPE, new_session=True
        )
        for pipe in filter(None, (process.stdin, process.stdout, process.stderr)):
            os.set_blocking(pipe.fileno(), False)
        return cls(process)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def start(self, settings: Settings) -> None:
        """Begin to probe. The keys go through the pipe, into no argument and no environment."""
        # It tells nobody of alerts, so it need not know where those go.
        self.send(Start(dataclasses.replace(settings, alerts=AlertSettings()), STEADY.offset_s))

    def send(self, command: Command) -> bool:
        """Send a command without waiting; False if the engine has died."""
        self._unsent += encode(command)
        return self._flush()

    def _flush(self) -> bool:
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return False
        try:
            while self._unsent:
                # The raw file returns None where the pipe is full: an engine that still imports.
                count = os.write(pipe.fileno(), self._unsent)
                self._unsent = self._unsent[count:]
        except BlockingIOError:
            self._retry()
            return True
        except OSError:
            return False
        return True

    def _retry(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # before the loop runs; the first `reports` sends the rest
        loop.call_later(0.02, self._flush)

    async def reports(self) -> AsyncIterator[list[Report]]:
        """Yield the engine's reports in batches, as many as have come; ends when it dies."""
        pipe = self._process.stdout
        self._flush()
        while pipe is not None:
            try:
                data = os.read(pipe.fileno(), READ_BYTES)
            except BlockingIOError:
                data = None
            if data == b"":
                break
            batch = self._parse(data) if data else []
            if batch:
                yield batch
            # Waking up for each sample would cost a frozen screen more than all it reads; but a
            # pipe that is full holds up the engine, which drops samples then.
            behind = data is not None and len(data) >= BEHIND_BYTES
            await asyncio.sleep(BUSY_INTERVAL_S if behind else self.poll_interval_s)
        self._process.wait()

    def unread(self) -> list[Report]:
        """Return what it has reported and nobody has read yet, also after it was stopped."""
        self._read_rest()
        batch, self._rest = self._rest, []
        return batch

    def _read_rest(self) -> None:
        """Read what is in the pipe; not more, so that it ends."""
        pipe = self._process.stdout
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(BlockingIOError):
                self._rest += self._parse(os.read(pipe.fileno(), READ_BYTES))

    def _parse(self, data: bytes) -> list[Report]:
        batch: list[Report] = []
        try:
            lines = self._lines.feed(data)
        except BadMessageError:
            self._lines = LineBuffer(MAX_LINE)
            return batch
        for line in lines:
            try:
                batch.append(read_report(line))
            except BadMessageError:
                continue  # a line of a newer engine is not worth dying for
        return batch

    def exit_reason(self) -> str:
        """Return the last line that a dead engine wrote to stderr; empty where it wrote none."""
        pipe = self._process.stderr
        text = b""
        try:
            while pipe is not None and (data := os.read(pipe.fileno(), STDERR_BYTES)):
                text = (text + data)[-STDERR_BYTES:]
        except OSError:
            pass  # a grandchild may hold the pipe open: what was read is what there is
        lines = [line for line in text.decode("utf-8", "replace").splitlines() if line.strip()]
        return lines[-1].strip()[:200] if lines else ""

    def stop(self) -> None:
        """End the process: end of its input, then SIGTERM, then SIGKILL; never hangs.

        What it reported until then is `unread`.
        """
        stop_process(self._process, STOP_S / 2, self._read_rest)
