"""A real pseudo-terminal with a program in it, and a terminal emulator that reads what it draws."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING, Self

import psutil
import pyte

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

KEYS = {"up": "\x1b[A", "down": "\x1b[B", "enter": "\r", "escape": "\x1b", "^c": "\x03"}


class Picture(pyte.Screen):
    """A terminal's picture, which may also answer what a program asks of its terminal."""

    def __init__(self, columns: int, rows: int, answer: Callable[[str], None] | None) -> None:
        super().__init__(columns, rows)
        self._answer = answer

    def write_process_input(self, data: str) -> None:
        """Answer, as pyte has it."""
        if self._answer is not None:
            self._answer(data)


class Terminal:
    """Runs `argv` on a pty of `columns` × `rows`; use it as a context manager.

    Args:
        argv: The program and its arguments.
        columns: The terminal's width.
        rows: The terminal's height.
        environ: The program's whole environment.
        emulate: Whether to keep a picture; a bench that only counts bytes goes without.
        answers: Whether it tells where its cursor is, as terminals do, when it is asked.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 36,
        environ: Mapping[str, str] | None = None,
        emulate: bool = True,
        answers: bool = False,
    ) -> None:
        self.screen = Picture(columns, rows, self.press if answers else None)
        self._stream = pyte.ByteStream(self.screen)
        self._emulate = emulate
        self.received = 0
        """Bytes that the program has sent."""
        self.raw = bytearray()
        """The newest of them, at most a megabyte."""
        self.started = time.time()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execvpe(argv[0], list(argv), dict(environ or os.environ))
            finally:
                os._exit(127)
        self.resize(columns, rows)
        self._status: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        deadline = time.monotonic() + 3
        while self.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    # ── what a user does ─────────────────────────────────────────────────────

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size, as dragging its window does."""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def press(self, *keys: str) -> None:
        """Type keys: names from `KEYS`, or characters as they are."""
        for key in keys:
            os.write(self.fd, KEYS.get(key, key).encode())

    def close(self) -> None:
        """Close the terminal, as closing its window does."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    # ── what a user sees ─────────────────────────────────────────────────────

    def read(self, seconds: float) -> int:
        """Read what comes for `seconds`; return how many bytes came."""
        before = self.received
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self.fd], [], [], left)
            if ready and not self._read_once():
                break
        return self.received - before

    def _read_once(self) -> bool:
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the program has closed its side
            return False
        self.received += len(data)
        self.raw += data
        del self.raw[:-1_000_000]
        if self._emulate:
            # pyte takes a private-mode query or a kitty sequence for text or fails on it.
            with contextlib.suppress(TypeError):
                self._stream.feed(data)
        return bool(data)

    def wait_for(self, seen: str | Callable[[str], bool], timeout_s: float = 60.0) -> str:
        """Read until the screen holds a text, or a test of it is true; return the screen."""
        found = (lambda text: seen in text) if isinstance(seen, str) else seen
        deadline = time.monotonic() + timeout_s
        while not found(self.text):
            if time.monotonic() > deadline:
                message = f"not seen within {timeout_s} s: {seen}\n{self.text}"
                raise AssertionError(message)
            ready, _, _ = select.select([self.fd], [], [], 0.05)
            if ready and not self._read_once():
                time.sleep(0.05)
                if not found(self.text):
                    message = f"the program ended before: {seen}\n{self.text}"
                    raise AssertionError(message)
        return self.text

    @property
    def text(self) -> str:
        """The picture as text, a line a row."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    # ── the processes ────────────────────────────────────────────────────────

    def tree(self) -> list[psutil.Process]:
        """Return the program and every process below it."""
        process = psutil.Process(self.pid)
        return [process, *process.children(recursive=True)]

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None while the program runs."""
        if self._status is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                return -1
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def wait(self, timeout_s: float = 60.0) -> int:
        """Read on until the program ends; return its exit code."""
        deadline = time.monotonic() + timeout_s
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                message = f"still running after {timeout_s} s\n{self.text}"
                raise AssertionError(message)
            if self.fd >= 0:
                self.read(0.05)
            else:
                time.sleep(0.02)
        if self.fd >= 0:
            self.read(0.05)
        return code
