"""What relaytop leaves behind when it has ended: processes, the terminal's modes, tracebacks."""

from __future__ import annotations

import re
import termios
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.terminal import Terminal

GONE_S = 30.0
ON_BY_DEFAULT = {b"7", b"25"}
"""Private modes that a terminal has on: it wraps lines, and shows its cursor."""
_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
STACKS = ((rb"\x1b\[22;\d+t", rb"\x1b\[23;\d+t"), (rb"\x1b\[>\d+u", rb"\x1b\[<\d*u"))
"""What is put on a stack of the terminal and taken off: titles, kitty's keyboard modes."""


def processes_of(home: Mapping[str, str]) -> list[psutil.Process]:
    """Return every process with a home, whoever its parent is now."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("HOME") == home["HOME"]:
                found.append(process)
        except (psutil.Error, OSError):
            continue  # it has just ended, or is another user's
    return found


def assert_no_process(home: Mapping[str, str]) -> None:
    """No process of a test goes on, be it a child of nobody."""
    _wait_until_gone(lambda: processes_of(home))


def assert_no_orphan(home: Mapping[str, str]) -> None:
    """No process goes on whose parent has ended; a test's own children may."""
    _wait_until_gone(
        lambda: [*{*processes_of(home)} - {*psutil.Process().children(recursive=True)}]
    )


def _wait_until_gone(found: Callable[[], list[psutil.Process]]) -> None:
    deadline = time.monotonic() + GONE_S
    while alive := found():
        # A zombie has no environment any more: it has ended, though nobody may bury it.
        assert time.monotonic() < deadline, [process.cmdline() for process in alive]
        time.sleep(0.05)


def modes_left(terminal: Terminal) -> set[bytes]:
    """Return the private modes that are not as a shell needs them."""
    states: dict[bytes, bool] = {}
    for numbers, on in _MODE.findall(bytes(terminal.raw)):
        for number in numbers.split(b";"):
            states[number] = on == b"h"
    return {number for number, on in states.items() if on != (number in ON_BY_DEFAULT)}


def assert_restored(terminal: Terminal) -> None:
    """The terminal is as a shell needs it, and no traceback was written to it."""
    raw = bytes(terminal.raw)
    assert b"Traceback" not in raw
    assert not modes_left(terminal)
    assert b"\x1b[?1049l" in raw
    for push, pop in STACKS:
        pushed = [found.start() for found in re.finditer(push, raw)]
        popped = [found.start() for found in re.finditer(pop, raw)]
        assert not pushed or (popped and popped[-1] > pushed[-1]), push
    local = termios.tcgetattr(terminal.fd)[3]
    for flag in (termios.ICANON, termios.ECHO, termios.ISIG):
        assert local & flag
