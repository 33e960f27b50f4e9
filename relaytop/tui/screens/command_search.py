"""The command palette, which may be left at any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette
from textual.errors import NoWidget
from textual.theme import ThemeProvider

from relaytop.tui.widgets.choice_list import ChoiceList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.geometry import Region
    from textual.widget import Widget
    from textual.worker import Worker, WorkType

PALETTE_ID = "--command-palette"
"""By it Textual knows that a palette is open."""


class HitList(CommandList, ChoiceList, can_focus=False):
    """The palette's list, for clicks on hits that a search has taken away since."""


class CommandSearch(CommandPalette):
    """Textual's palette, for keys in bunches and terminals of any size."""

    def compose(self) -> ComposeResult:
        """Compose Textual's palette with a list of our own."""
        for widget in super().compose():
            yield HitList() if type(widget) is CommandList else widget

    def run_worker(self, work: WorkType[Any], *args: object, **named: object) -> Worker[Any]:
        """Run a search; one that fails as the palette closes does not end the app.

        Textual starts a search for each key, also where its message comes after the palette has
        lost the list that it shows the hits in.
        """
        return super().run_worker(work, *args, **{**named, "exit_on_error": False})  # type: ignore[arg-type]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Move through a list that has room: Textual finds no line in another."""
        lists = self.query(CommandList)
        has_room = any(listed.scrollable_content_region for listed in lists)
        return has_room if action == "command_list" else super().check_action(action, parameters)

    def get_widget_at(self, x: int, y: int) -> tuple[Widget, Region]:
        """Return what is at a place; itself where the terminal has become smaller since a click."""
        try:
            return super().get_widget_at(x, y)
        except NoWidget:
            return self, self.region

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Leave, once, as a `Dialog` does."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


def theme_search() -> CommandSearch:
    """Return a palette with all themes."""
    return CommandSearch(providers=[ThemeProvider], placeholder="Search for themes…")
