"""A list of options that survives a window without room and options that are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import OptionList

if TYPE_CHECKING:
    from textual import events


class ChoiceList(OptionList):
    """Textual's list, without its errors on paging in no room and on clicks on removed options."""

    def action_page_up(self) -> None:
        """Go a page up."""
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]  # Textual's

    def action_page_down(self) -> None:
        """Go a page down."""
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]  # Textual's

    async def _on_click(self, event: events.Click) -> None:
        """Keep a click on a removed option from Textual's handler, which would be called next."""
        index: int | None = event.style.meta.get("option")
        if index is not None and index >= self.option_count:
            event.prevent_default()
