"""Runs a program that the user's config names, bounded in time and output, and ends all of it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

MAX_OUTPUT = 64 * 1024
READ_BYTES = 8192
POLL_S = 0.05


class TooMuchOutputError(Exception):
    """The program printed more than `MAX_OUTPUT` bytes."""


class Done(NamedTuple):
    """A program that has ended."""

    returncode: int
    output: bytes
    """Its standard output, up to its end."""


def run_user_command(command: Sequence[str], environ: Mapping[str, str], timeout_s: float) -> Done:
    """Run a program to its end, and end every process that it left behind.

    Its output is read up to its own exit: what holds the pipe open longer is not waited for.

    Raises:
        OSError: It cannot be run.
        ValueError: An argument holds a zero byte.
        subprocess.TimeoutExpired: It did not end in time.
        TooMuchOutputError: It printed too much.
    """
    with _ended_whole() as group:
        process = subprocess.Popen(  # noqa: S603 - the user's own command, from the user's own file
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        group.adopt(process)
        return _read(process, timeout_s)


def _read(process: subprocess.Popen[bytes], timeout_s: float) -> Done:
    pipe = process.stdout
    if pipe is None:
        return Done(process.wait(timeout_s), b"")
    os.set_blocking(pipe.fileno(), False)
    deadline_s, output, is_open = time.monotonic() + timeout_s, b"", True
    while True:
        # Looked at before reading: what it printed before its end is in the pipe by then.
        ended = process.poll() is not None
        while is_open and (data := _available(pipe.fileno())) is not None:
            is_open = bool(data)
            output += data
            if len(output) > MAX_OUTPUT:
                raise TooMuchOutputError
        if ended:
            return Done(process.returncode, output)
        if time.monotonic() > deadline_s:
            raise subprocess.TimeoutExpired(process.args, timeout_s)
        if is_open:
            select.select([pipe], [], [], POLL_S)
        else:
            time.sleep(POLL_S)


def _available(fd: int) -> bytes | None:
    try:
        return os.read(fd, READ_BYTES)
    except BlockingIOError:
        return None


class _ProcessGroup:
    """The group of a program that is about to run, or runs; ended whole."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self.pending: int | None = None
        """A signal that came before the program was known."""

    def adopt(self, process: subprocess.Popen[bytes]) -> None:
        """Answer for a process from now on; a signal that came while it was started ends it."""
        self._process = process
        if self.pending is not None:
            self.die(self.pending, None)

    def die(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal that ends us: the group first, which must be known for that."""
        if self._process is None:
            self.pending = number
            return
        self.end()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    def end(self) -> None:
        """End every process of the group."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End it, and release what it held."""
        self.end()
        if self._process is not None:
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()


@contextlib.contextmanager
def _ended_whole() -> Iterator[_ProcessGroup]:
    """End a program and its group at the end, and where a signal ends us meanwhile."""
    group = _ProcessGroup()
    replaced = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) == signal.SIG_DFL:
                replaced[number] = signal.signal(number, group.die)
    try:
        yield group
    finally:
        group.close()
        for number, before in replaced.items():
            signal.signal(number, before)
        if group.pending is not None:  # the program could not be started
            signal.raise_signal(group.pending)
