"""Keys in any order, clicks, pastes, and a window that is dragged about end nothing."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.e2e.pictures import assert_right_picture
from tests.support.random_keys import do_something

if TYPE_CHECKING:
    from tests.support.launch import Start
    from tests.support.terminal import Terminal

ACTS = 100
"""With --fuzz N there are N: 3,000 take a minute."""
PATIENCE_S, TRIES = 60.0, 12
RESIZES, SPAN_S = 200, 2.0


def leave(terminal: Terminal, processes: list[psutil.Process]) -> None:
    """Leave whatever was entered, and relaytop; nothing may be left of it."""
    terminal.resize(120, 36)
    for _ in range(8):
        terminal.press("escape")
        terminal.read(0.1)
    for _ in range(TRIES):
        if terminal.poll() is not None:
            break
        # On a busy machine the last escape and this key are read as one: as alt and the key.
        terminal.press("q")
        terminal.read(PATIENCE_S / TRIES)
    assert terminal.wait() == 0, terminal.raw[-3000:].decode(errors="replace")
    _gone, alive = psutil.wait_procs(processes[1:], timeout=60)
    assert not alive, [process.cmdline() for process in alive]
    assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("seed", [1, 2])
def test_random_keys(start: Start, pytestconfig: pytest.Config, seed: int) -> None:
    chance = random.Random(seed)
    left = pytestconfig.getoption("--fuzz") or ACTS
    while left > 0:
        terminal = start("demo", "--seed", str(seed))
        terminal.wait_for("holysheep/gpt-4.1")
        processes = terminal.tree()
        while left > 0 and terminal.poll() is None:  # the palette's `quit` may end it
            left -= 1
            do_something(terminal, chance)
            terminal.read(0.02)
        leave(terminal, processes)


def test_two_hundred_resizes_in_two_seconds(start: Start) -> None:
    chance = random.Random(4)
    terminal = start("demo")
    terminal.wait_for("holysheep/gpt-4.1")
    processes = terminal.tree()
    for _ in range(RESIZES):
        terminal.resize(chance.randrange(20, 240), chance.randrange(5, 70))
        terminal.read(SPAN_S / RESIZES)
    terminal.resize(100, 30)
    terminal.wait_for(lambda text: "? help" in text.split("\n")[-1], PATIENCE_S)
    assert_right_picture(terminal)
    leave(terminal, processes)
