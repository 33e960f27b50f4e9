"""Wherever one is, a hang-up, a signal and ^C end relaytop, and nothing is left of it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.launch import Start
    from tests.support.terminal import Terminal

    Ending = Callable[[Terminal], int]
    """Ends it, and returns the exit code that there has to be."""

SCREENS = {
    "zoomed": ("z", "v drawing"),
    "frozen": ("f", "FROZEN"),
    "filtering": ("/gpt", "gpt"),
    "help": ("?", "Freeze the screen"),
    "log": ("l", "esc back"),
    "failures": ("e", "esc back"),
    "comparison": ("c", "esc back"),
    "models": ("a", "choose models"),
    "columns": ("C", "columns"),
    "budget": ("$", "budget"),
    "note": ("M", "esc cancels"),
    "palette": ("\x10", "Search for commands"),
}
"""Name → the keys that open it, and what is seen then."""


def hang_up(terminal: Terminal) -> int:
    os.kill(terminal.pid, signal.SIGHUP)
    return 128 + signal.SIGHUP


def terminate(terminal: Terminal) -> int:
    os.kill(terminal.pid, signal.SIGTERM)
    return 128 + signal.SIGTERM


def close(terminal: Terminal) -> int:
    terminal.close()
    return 128 + signal.SIGHUP


def interrupt(terminal: Terminal) -> int:
    terminal.press("^c")
    return 130


def assert_it_ends(start: Start, name: str, end: Ending) -> None:
    keys, seen = SCREENS[name]
    terminal = start("demo")
    terminal.wait_for("holysheep/gpt-4.1")
    terminal.press(*keys)
    terminal.wait_for(seen)
    processes = terminal.tree()
    code = end(terminal)
    assert terminal.wait() == code
    _gone, alive = psutil.wait_procs(processes[1:], timeout=5)
    assert not alive, [process.cmdline() for process in alive]
    assert b"Traceback" not in terminal.raw
    if end is not close:
        assert b"\x1b[?1049l" in terminal.raw
        assert b"\x1b[?25h" in terminal.raw


@pytest.mark.parametrize("name", SCREENS)
def test_a_hang_up_ends_each_screen(start: Start, name: str) -> None:
    assert_it_ends(start, name, hang_up)


@pytest.mark.parametrize("end", [terminate, close, interrupt])
@pytest.mark.parametrize("name", ["zoomed", "filtering", "models", "budget", "palette"])
def test_so_do_a_signal_a_closed_terminal_and_ctrl_c(start: Start, name: str, end: Ending) -> None:
    """Above a page, a dialog, a field that takes text."""
    assert_it_ends(start, name, end)
