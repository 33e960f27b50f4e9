"""The dialog that takes a note."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from relaytop.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult

MAX_LENGTH = 500


class NoteScreen(Dialog[str]):
    """Asks for words; the answer is what was typed, or None."""

    BINDINGS: ClassVar = [Binding("escape", "dismiss", "cancel", id="note.cancel")]

    def compose(self) -> ComposeResult:
        """Lay out the field."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "note"
            dialog.border_subtitle = "enter saves, esc cancels"
            yield Input(placeholder="your observation or action", max_length=MAX_LENGTH, id="words")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with the words."""
        self.dismiss(event.value)
