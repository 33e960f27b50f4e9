"""A question that is answered by yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from relaytop.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ConfirmScreen(Dialog[bool]):
    """Asks before something that costs.

    Args:
        question: The question, as plain text.
    """

    BINDINGS: ClassVar = [
        Binding("y,enter", "yes", "yes", id="confirm.yes"),
        Binding("n,escape,q", "no", "no", id="confirm.no"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(id="dialog"):
            yield Static(self._question, markup=False)
            yield Static("y  yes    n  no", markup=False)

    def action_yes(self) -> None:
        """Confirm it."""
        self.dismiss(result=True)

    def action_no(self) -> None:
        """Refuse it."""
        self.dismiss(result=False)
