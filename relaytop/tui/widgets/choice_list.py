"""A list of options in a terminal of any size, of options that come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import OptionList

if TYPE_CHECKING:
    from rich.style import Style
    from textual import events


class ChoiceList(OptionList):
    """Textual's list, which finds no line in no room, and no option that went before its click."""

    def action_page_up(self) -> None:
        """Go a page up."""
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]  # Textual's

    def action_page_down(self) -> None:
        """Go a page down."""
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]  # Textual's

    async def _on_click(self, event: events.Click) -> None:
        """Leave to Textual's handler, which follows, a click on an option that is still there."""
        if is_gone(event.style, self):
            event.prevent_default()


def is_gone(style: Style, listed: OptionList) -> bool:
    """Return whether what was painted in this style is an option that a list has no more."""
    index: int | None = style.meta.get("option")
    return index is not None and index >= listed.option_count
