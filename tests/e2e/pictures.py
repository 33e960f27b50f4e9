"""Whether a terminal shows what the program means it to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.terminal import Terminal

READ_S, SAME_READS, READS = 0.3, 3, 100


def assert_right_picture(terminal: Terminal) -> None:
    """Hold what is shown against a whole repaint of the same, frozen picture."""
    terminal.press("f")
    terminal.wait_for("FROZEN")
    shown = settled(terminal)
    columns, rows = terminal.screen.columns, terminal.screen.lines
    terminal.screen.reset()
    terminal.resize(columns, rows - 1)
    terminal.read(0.5)
    terminal.screen.reset()
    terminal.resize(columns, rows)
    terminal.wait_for(lambda text: text == shown)
    terminal.press("f")
    terminal.wait_for(lambda text: "FROZEN" not in text)


def settled(terminal: Terminal) -> str:
    """Return the frozen picture once all of it is drawn: on a busy host the chart comes last."""
    text, same = terminal.text, 0
    for _ in range(READS):
        terminal.read(READ_S)
        text, same = terminal.text, same + 1 if terminal.text == text else 0
        if same == SAME_READS:
            break
    return text
