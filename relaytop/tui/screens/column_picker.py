"""Choosing the table's columns and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from relaytop.tui.draw.columns import ALWAYS, COLUMNS
from relaytop.tui.draw.glyphs import CHOSEN, NOT_CHOSEN
from relaytop.tui.draw.text_runs import fit
from relaytop.tui.screens.dialog import Dialog
from relaytop.tui.widgets.choice_list import ChoiceList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from relaytop.tui.draw.glyphs import Glyphs

DEFAULT = tuple(column.key for column in COLUMNS if column.key not in ALWAYS)
"""The keys of all columns that can be chosen, in the order that they have unasked."""
BESIDE_LIST = 4
"""Rows of the border and of the sentence."""
BESIDE_HELP = 10
"""Cells of the dialog's border, of the list's, their padding, the scroll bar, two blanks."""
_BY_KEY = {column.key: column for column in COLUMNS}
TITLE_WIDTH = max(len(_BY_KEY[key].title) for key in DEFAULT)


class ColumnPicker(Dialog[tuple[str, ...]]):
    """Lists the columns: choose and order them; the answer is the keys, or None: as before.

    Args:
        chosen: The keys of the columns that are chosen, in their order; None: all.
        glyphs: The shapes that the terminal can show.
    """

    BINDINGS: ClassVar = [
        Binding("escape,q,C", "dismiss", "cancel", id="columns.cancel"),
        Binding("enter", "keep", "keep", id="columns.keep", priority=True),
        Binding("space", "show", "show or hide", id="columns.toggle", priority=True),
        Binding("j", "select(1)", "down", show=False, id="columns.down"),
        Binding("k", "select(-1)", "up", show=False, id="columns.up"),
        Binding("J,shift+down", "shift(1)", "move down", id="columns.move_down", priority=True),
        Binding("K,shift+up", "shift(-1)", "move up", id="columns.move_up", priority=True),
        Binding("r", "reset", "reset", id="columns.reset"),
    ]

    def __init__(self, chosen: Sequence[str] | None, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        first = [key for key in (DEFAULT if chosen is None else chosen) if key in DEFAULT]
        self._keys = [*dict.fromkeys([*first, *DEFAULT])]
        self._chosen = set(first)
        self._list = ChoiceList(id="columns", markup=False)
        self._help = Static("", id="help", markup=False)

    def compose(self) -> ComposeResult:
        """Lay out the list, and the sentence on the column under the cursor."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "columns"
            keys = ("space show", "J K move", "r reset", "enter keep", "esc cancel")
            dialog.border_subtitle = f" {self._glyphs.dot} ".join(keys)
            yield self._list
            yield self._help

    def on_mount(self) -> None:
        """List the columns."""
        self._fill(0)
        self._list.focus()

    def on_resize(self) -> None:
        """Leave room for the sentence, and write the labels as wide as there is room."""
        self._list.styles.max_height = max(1, self.size.height * 95 // 100 - BESIDE_LIST)
        self._fill(self._at)

    def _fill(self, at: int) -> None:
        self._list.clear_options()
        self._list.add_options([Option(self._label(key)) for key in self._keys])
        self._list.highlighted = at

    def _label(self, key: str) -> Text:
        chosen = key in self._chosen
        title = (CHOSEN if chosen else NOT_CHOSEN) + _BY_KEY[key].title.ljust(TITLE_WIDTH)
        label = Text(title, "bold" if chosen else "")
        room = min(110, self.size.width * 9 // 10) - BESIDE_HELP - len(title)
        return label.append(f"  {fit(_BY_KEY[key].help, room).rstrip()}", "dim")

    @property
    def _at(self) -> int:
        return self._list.highlighted or 0

    # ── events and keys ──────────────────────────────────────────────────────

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Explain the column in full, which its line may have no room for."""
        self._help.update(_BY_KEY[self._keys[event.option_index]].help)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Show or hide the column that was clicked."""
        self._toggle(event.option_index)

    def _toggle(self, at: int) -> None:
        self._chosen ^= {self._keys[at]}
        self._list.replace_option_prompt_at_index(at, self._label(self._keys[at]))

    def action_show(self) -> None:
        """Show or hide the column under the cursor."""
        self._toggle(self._at)

    def action_select(self, step: int) -> None:
        """Go to another column."""
        self._list.highlighted = max(0, min(len(self._keys) - 1, self._at + step))

    def action_shift(self, step: int) -> None:
        """Move the column under the cursor."""
        at = self._at
        to = max(0, min(len(self._keys) - 1, at + step))
        self._keys.insert(to, self._keys.pop(at))
        self._fill(to)

    def action_reset(self) -> None:
        """List all columns in their usual order."""
        self._keys, self._chosen = [*DEFAULT], {*DEFAULT}
        self._fill(self._at)

    def action_keep(self) -> None:
        """Answer with the choice."""
        self.dismiss(tuple(key for key in self._keys if key in self._chosen))
