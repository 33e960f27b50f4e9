"""A pseudo-terminal with a program in it: what it sends is drawn, and kept with its time."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KEYS = {"enter": "\r", "escape": "\x1b", "left": "\x1b[D", "right": "\x1b[C", "home": "\x1b[H"}
FAINT, NOT_BOLD, BLINK, NOT_BLINK = 2, 22, 5, 25
COLORS, RGB = {38, 48}, 2
END_S = 5.0
"""How long the program may take to end."""


class Output(NamedTuple):
    """What the program sent at once."""

    at_s: float
    """Seconds since it began."""
    text: str


class Grid(pyte.Screen):
    """The cells that the terminal shows. Faint ones are marked as blinking: nothing else blinks."""

    def __init__(self, columns: int, rows: int, fd: int) -> None:
        super().__init__(columns, rows)
        self._fd = fd

    def select_graphic_rendition(self, *attrs: int, private: bool = False) -> None:
        """Take faint for blinking; pyte does not know it."""
        if not private:
            super().select_graphic_rendition(*_without_faint(attrs))

    def write_process_input(self, data: str) -> None:
        """Answer where the cursor is, as terminals do."""
        os.write(self._fd, data.encode())


def _without_faint(attrs: tuple[int, ...]) -> Iterator[int]:
    """Yield the parameters of an SGR sequence with blinking in place of faint."""
    left = iter(attrs)
    for code in left:
        if code in COLORS:
            form = next(left, 0)
            yield from (code, form, *islice(left, 3 if form == RGB else 1))
        else:
            yield from {FAINT: (BLINK,), NOT_BOLD: (NOT_BOLD, NOT_BLINK)}.get(code, (code,))


class Terminal:
    """Runs a program; use it as a context manager.

    Args:
        argv: The program and its arguments.
        columns: The terminal's width.
        rows: The terminal's height.
        environ: The program's whole environment.
    """

    def __init__(
        self, argv: Sequence[str], columns: int, rows: int, environ: Mapping[str, str]
    ) -> None:
        self.outputs: list[Output] = []
        self._began = time.monotonic()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            try:
                os.execvpe(argv[0], list(argv), dict(environ))
            finally:
                os._exit(127)
        self.grid = Grid(columns, rows, self._fd)
        self._stream = pyte.Stream(self.grid)
        self.resize(columns, rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._pid, signal.SIGTERM)
        self.read_until(self.now_s + END_S, at_end=True)
        os.close(self._fd)
        os.waitpid(self._pid, 0)

    @property
    def now_s(self) -> float:
        """Seconds since the program began."""
        return time.monotonic() - self._began

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.grid.resize(rows, columns)

    def press(self, key: str) -> None:
        """Type a key: a character, or one of `KEYS`."""
        os.write(self._fd, (key if len(key) == 1 else KEYS[key]).encode())

    def read_until(self, at_s: float, *, at_end: bool = False) -> None:
        """Draw what comes until that second.

        Raises:
            RuntimeError: The program ended, and `at_end` does not say that it may.
        """
        while (left_s := at_s - self.now_s) > 0:
            if not select.select([self._fd], [], [], left_s)[0]:
                return
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                if at_end:
                    return
                message = "the program ended:\n" + "\n".join(self.grid.display)
                raise RuntimeError(message) from None
            text = self._decoder.decode(data)
            self.outputs.append(Output(self.now_s, text))
            # pyte fails on some of what a program asks its terminal at the start.
            with contextlib.suppress(TypeError):
                self._stream.feed(text)
