"""A list of options in a terminal of any size."""

from __future__ import annotations

from textual.widgets import OptionList


class ResizableOptionList(OptionList):
    """Textual's list, which pages only where it has room: it finds no line in no room."""

    def action_page_up(self) -> None:
        """Go a page up."""
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]  # Textual's

    def action_page_down(self) -> None:
        """Go a page down."""
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]  # Textual's
