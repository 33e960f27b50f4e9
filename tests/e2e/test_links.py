"""Bad links: a terminal that takes nothing for a while, and is resized meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.e2e.pictures import assert_right_picture

if TYPE_CHECKING:
    from tests.support.launch import Start
    from tests.support.terminal import Terminal

STALL_S = 2.5


def stall(terminal: Terminal, *, sizes: list[tuple[int, int]]) -> None:
    """Read nothing, while pages that are opened and resizes give the program much to draw."""
    end = time.monotonic() + STALL_S
    step = 0
    while time.monotonic() < end:
        terminal.press("?" if step % 2 else "escape")
        terminal.resize(*sizes[step % len(sizes)])
        time.sleep(0.1)
        step += 1
    terminal.press("escape")
    time.sleep(0.2)


def test_after_a_stall_with_resizes_the_screen_is_right_and_the_link_slow(start: Start) -> None:
    terminal = start("demo", columns=200, rows=50)
    terminal.wait_for("holysheep/gpt-4.1")
    stall(terminal, sizes=[(200, 50), (120, 36), (160, 45)])
    terminal.resize(110, 32)
    terminal.wait_for(lambda text: "? help" in text.split("\n")[-1] and "SLOW LINK" in text)
    assert_right_picture(terminal)


def test_a_link_that_is_said_to_be_slow(start: Start) -> None:
    terminal = start("--slow-link", "demo")
    terminal.wait_for("SLOW LINK")
    terminal.wait_for("holysheep/gpt-4.1")
    terminal.press("B")
    terminal.wait_for(" B/s")
