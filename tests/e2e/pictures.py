"""Whether a terminal shows what the program means it to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.terminal import Terminal


def assert_right_picture(terminal: Terminal) -> None:
    """Hold what is shown against a whole repaint of the same, frozen picture."""
    terminal.press("f")
    terminal.wait_for("FROZEN")
    terminal.read(0.5)
    shown = terminal.text
    columns, rows = terminal.screen.columns, terminal.screen.lines
    terminal.screen.reset()
    terminal.resize(columns, rows - 1)
    terminal.read(0.5)
    terminal.screen.reset()
    terminal.resize(columns, rows)
    terminal.wait_for(lambda text: text == shown)
    terminal.press("f")
    terminal.wait_for(lambda text: "FROZEN" not in text)
