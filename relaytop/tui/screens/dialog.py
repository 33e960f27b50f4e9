"""What all dialogs share: they give way where the terminal is too small for any."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import ModalScreen

from relaytop.tui.draw.layout import MIN_HEIGHT, MIN_WIDTH

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A dialog; under the least size it hides, and the monitor behind says what is needed."""

    # Textual declares them as variables of instances too.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (MIN_WIDTH, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (MIN_HEIGHT, "-tall")]  # noqa: RUF012
