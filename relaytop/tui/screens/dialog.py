"""The base of all dialogs: it hides where the terminal is too small for any."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from relaytop.tui.draw.layout import MIN_HEIGHT, MIN_WIDTH

Answer = TypeVar("Answer")


WIDTHS = [(0, "-narrow"), (MIN_WIDTH, "-wide")]
HEIGHTS = [(0, "-low"), (MIN_HEIGHT, "-tall")]
"""Cells from which a dialog has a class."""


class Dialog(ModalScreen[Answer]):
    """A dialog; under the least size it hides, and the monitor behind says what is needed."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Leave with an answer, once.

        Over a bad link keys come in bunches: the message of a second `enter` is still in the queue
        when the first has taken the dialog away. It must neither answer again nor take away the
        screen beneath.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()
