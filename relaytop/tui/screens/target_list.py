"""The list of targets: which are listed, in which order, and which one is selected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message
from textual.reactive import var
from textual.screen import Screen

from relaytop.tui.rows import RowQuery
from relaytop.tui.widgets.table import TargetTable

if TYPE_CHECKING:
    from textual.widgets import Input

    from relaytop.monitor.source import Source
    from relaytop.tui.view import View


class TargetListScreen(Screen[None]):
    """The part of the monitor's screen that chooses among targets."""

    AUTO_FOCUS: ClassVar = ""
    """Else the filter, though hidden, would take the keys when a page above is closed."""

    class Changed(Message):
        """A message: what is shown, or what it is read from, has changed; read it again."""

        def can_replace(self, message: Message) -> bool:
            """Return whether `message` is a change too: reading once is enough for both."""
            return isinstance(message, TargetListScreen.Changed)

    view: var[View | None] = var(None, init=False)
    """The view that is shown."""
    row_query: var[RowQuery] = var(RowQuery(), init=False)
    """The filter and the order of the rows."""
    selected: var[str | None] = var(None, init=False)
    """The id of the selected target."""
    chosen_columns: var[tuple[str, ...] | None] = var(None, init=False)
    """The keys of the columns that the user chose, in their order; None: all."""

    def __init__(self) -> None:
        super().__init__()
        self.table = TargetTable("table")
        self.listed: list[str] = []
        """The ids of the targets that are listed, in their order."""
        self._input: Input | None = None

    def list_targets(self, source: Source, now: float) -> None:
        """List what the filter lets through; where the selected one is hidden, select the first."""
        self.listed = self.row_query.list_targets(source, now)
        if self.listed and self.selected not in self.listed:
            self.set_reactive(TargetListScreen.selected, self.listed[0])

    def filter_badge(self, source: Source) -> str | None:
        """Return the badge for rows that a filter hides; None where none is hidden."""
        words = self.row_query.words.strip()
        return f"/{words} {len(self.listed)} of {len(source.targets())}" if words else None

    @property
    def typing(self) -> bool:
        """Whether the filter is being typed, where the keys else are."""
        return self._input is not None and self._input.has_focus

    def changed(self) -> None:
        """Have what is shown read again."""
        self.post_message(self.Changed())

    def watch_selected(self) -> None:
        """Show another target's detail."""
        self.changed()

    def watch_chosen_columns(self) -> None:
        """Show other columns."""
        self.changed()

    def watch_row_query(self) -> None:
        """List the rows anew: at once, for the next key may already be waiting."""
        if self.view is not None:
            self.list_targets(self.view.source, self.view.now)
        self.changed()

    # ── keys ─────────────────────────────────────────────────────────────────

    def action_move(self, step: int) -> None:
        """Select another target."""
        if self.listed:
            at = self.listed.index(self.selected) if self.selected in self.listed else 0
            self.selected = self.listed[max(0, min(len(self.listed) - 1, at + step))]

    def action_sort(self) -> None:
        """Sort the rows by the next column."""
        columns = [column.key for column in self.table.columns]
        self.row_query = self.row_query.sorted_by_next(columns)

    def action_reverse(self) -> None:
        """Reverse the order of the rows."""
        self.row_query = replace(self.row_query, reverse=not self.row_query.reverse)

    async def action_filter(self) -> None:
        """Type what the listed targets must have in their name or status."""
        if self._input is None:
            from textual.widgets import Input  # noqa: PLC0415 - after first paint

            self._input = Input(placeholder="words of a name or a status", id="filter")
            await self.mount(self._input)
        self._input.value = self.row_query.words
        self._input.display = True
        self._input.focus()
        self.call_after_refresh(self.changed)

    def action_clear(self) -> None:
        """List all targets again."""
        self.row_query = replace(self.row_query, words="")
        self._end_typing()

    def on_input_changed(self, event: Input.Changed) -> None:
        """List what matches so far."""
        if self.typing:
            self.row_query = replace(self.row_query, words=event.value)

    def on_input_submitted(self) -> None:
        """Keep the filter and give the keys back."""
        self._end_typing()

    def on_input_blurred(self) -> None:
        """Give the keys back, wherever the focus went."""
        self._end_typing()

    def on_target_table_picked(self, message: TargetTable.Picked) -> None:
        """Select the row that was clicked."""
        self.selected = message.target

    def _end_typing(self) -> None:
        if self._input is not None and self._input.display:
            self._input.display = False
            self.set_focus(None)
        self.refresh_bindings()
        self.changed()
