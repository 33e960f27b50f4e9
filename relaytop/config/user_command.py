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
    from collections.abc import Callable, Iterator, Mapping, Sequence
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


def run_user_command(
    command: Sequence[str],
    environ: Mapping[str, str],
    timeout_s: float,
    *,
    stdin: bytes = b"",
    with_stderr: bool = False,
    left_s: Callable[[], float] | None = None,
    folder: str | None = None,
) -> Done:
    """Run a program to its end, and end every process that it left behind.

    Its output is read up to its own exit: what holds the pipe open longer is not waited for.

    Args:
        command: The program and its arguments.
        environ: Its environment.
        timeout_s: Seconds after which it is ended.
        stdin: Its standard input.
        with_stderr: Whether what it writes to stderr is part of its output.
        left_s: Returns the seconds that it may go on at most, which may change meanwhile.
        folder: Where it runs; None: in our own folder.

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
            cwd=folder,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if with_stderr else subprocess.DEVNULL,
            process_group=0,
            bufsize=0,
        )
        group.adopt(process)
        return _exchange(process, timeout_s, stdin, left_s)


def _exchange(
    process: subprocess.Popen[bytes],
    timeout_s: float,
    stdin: bytes,
    left_s: Callable[[], float] | None,
) -> Done:
    """Write a program's input and read its output until it ends."""
    pipe = process.stdout
    if pipe is None:
        return Done(process.wait(timeout_s), b"")
    os.set_blocking(pipe.fileno(), False)
    if process.stdin is not None:
        os.set_blocking(process.stdin.fileno(), False)
    deadline_s, output, is_open = time.monotonic() + timeout_s, b"", True
    while True:
        stdin = _write(process, stdin)
        # Looked at before reading: what it printed before its end is in the pipe by then.
        ended = process.poll() is not None
        while is_open and (data := _available(pipe.fileno())) is not None:
            is_open = bool(data)
            output += data
            if len(output) > MAX_OUTPUT:
                raise TooMuchOutputError
        if ended:
            return Done(process.returncode, output)
        if time.monotonic() > deadline_s or (left_s is not None and left_s() <= 0):
            raise subprocess.TimeoutExpired(process.args, timeout_s)
        if is_open:
            select.select([pipe], [], [], POLL_S)
        else:
            time.sleep(POLL_S)


def _write(process: subprocess.Popen[bytes], data: bytes) -> bytes:
    """Write what the program's input takes now, and return the rest; behind all of it is its end.

    A program need not read it.
    """
    pipe = process.stdin
    if pipe is None or pipe.closed:
        return b""
    try:
        data = data[os.write(pipe.fileno(), data) :]
    except BlockingIOError:
        return data
    except BrokenPipeError:
        data = b""
    if not data:
        pipe.close()
    return data


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
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()


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
