"""The help page: the keys of where one is, the columns and the signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from relaytop.tui.draw.signs import signs
from relaytop.tui.key_names import key_label
from relaytop.tui.keys import GROUPS
from relaytop.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult

    from relaytop.tui.draw.columns import Column
    from relaytop.tui.draw.glyphs import Glyphs

KEYS_WIDTH = 14
"""Cells of the keys, of a column's title or of a sign; a longer one takes a second line."""
PALETTE = ("^p", "Command palette: every command by name, themes, screenshot")


class HelpText(VerticalScroll):
    """A text that scrolls by the keys of the other pages too."""

    BINDINGS: ClassVar = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("space", "page_down", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
    ]


class HelpScreen(Dialog[None]):
    """Lists the keys in force by group, the columns, and what the signs mean.

    Args:
        place: Where the user is, in words.
        bindings: The keys in force there.
        columns: The columns of the table there, if there is one.
        glyphs: The shapes that the terminal can show.
    """

    BINDINGS: ClassVar = [
        Binding("escape,q,question_mark,enter", "dismiss", "close", id="help.close")
    ]

    def __init__(
        self,
        place: str,
        bindings: Iterable[Binding],
        columns: Sequence[Column],
        glyphs: Glyphs,
    ) -> None:
        super().__init__()
        self._place = place
        self._bindings_shown = list(bindings)
        self._columns_shown = columns
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        arrows = [key_label(key, self._glyphs) for key in ("up", "down")]
        with HelpText(id="dialog") as dialog:
            dialog.border_title = f"help: {self._place}"
            dialog.border_subtitle = f"{' '.join(arrows)} scroll · esc closes"
            yield Static(self._keys())
            if self._columns_shown:
                yield Static(_section("Columns", self._columns()))
            yield Static(_section("Symbols", signs(self._glyphs)))

    def _keys(self) -> Table:
        """List the keys that are relaytop's own, all of an action together."""
        rows: dict[str, dict[str, tuple[str, list[str]]]] = {g.description: {} for g in GROUPS}
        for binding in self._bindings_shown:
            if binding.group is not None and binding.group.description in rows:
                group = rows[binding.group.description]
                _tooltip, keys = group.setdefault(binding.action, (binding.tooltip, []))
                keys.append(key_label(binding.key, self._glyphs))
        table = _grid()
        for name, actions in rows.items():
            if not actions:  # on a recording nothing is probed
                continue
            table.add_row("", Text(name, "bold"))
            for tooltip, keys in actions.values():
                table.add_row(Text("  ".join(dict.fromkeys(keys)), "cyan"), Text(tooltip))
        table.add_row(Text(PALETTE[0], "cyan"), Text(PALETTE[1]))
        return table

    def _columns(self) -> list[tuple[str, str]]:
        sign = self._glyphs.status["up"]
        return [(column.title or sign, column.help) for column in self._columns_shown]


def _grid() -> Table:
    """Return a table whose second column begins at one place in each section."""
    table = Table.grid(padding=(0, 2))
    table.add_column(width=KEYS_WIDTH, justify="right")
    table.add_column()
    return table


def _section(name: str, rows: Iterable[tuple[str, str]]) -> Table:
    table = _grid()
    table.add_row("", Text(name, "bold"))
    for sign, meaning in rows:
        table.add_row(Text(sign, "cyan"), Text(meaning))
    return table
