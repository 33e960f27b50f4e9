"""Which targets are listed, in which order, and which one is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from relaytop.tui.rows import Rows

if TYPE_CHECKING:
    from textual.widgets import Input

    from relaytop.monitor.source import Source
    from relaytop.tui.widgets.table import TargetTable


class Listing(Screen[None]):
    """The part of the monitor's screen that chooses among targets."""

    AUTO_FOCUS: ClassVar = ""
    """Else the filter, though hidden, would take the keys when a page above is closed."""
    selected: str | None
    _table: TargetTable

    def __init__(self) -> None:
        super().__init__()
        self.rows = Rows()
        self._listed: list[str] = []
        self._input: Input | None = None

    @property
    def source(self) -> Source:
        """Where all that is shown comes from."""
        raise NotImplementedError

    @property
    def now(self) -> float:
        """Unix seconds of what is shown."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Read the figures once and show what changed."""
        raise NotImplementedError

    def list_rows(self) -> list[str]:
        """Return the targets to list; one of them is selected."""
        self._listed = self.rows.listed(self.source, self.now)
        if self._listed and self.selected not in self._listed:
            self.selected = self._listed[0]
        return self._listed

    @property
    def filtered(self) -> str | None:
        """What the top line says of rows that a filter hides."""
        if not self.rows.words.strip():
            return None
        return f"/{self.rows.words.strip()} {len(self._listed)} of {len(self.source.targets())}"

    @property
    def typing(self) -> bool:
        """Whether the filter is being typed, where the keys else are."""
        return self._input is not None and self._input.has_focus

    # ── keys ─────────────────────────────────────────────────────────────────

    def action_move(self, step: int) -> None:
        """Select another target."""
        if self._listed:
            at = self._listed.index(self.selected) if self.selected in self._listed else 0
            self.selected = self._listed[max(0, min(len(self._listed) - 1, at + step))]
            self.redraw()

    def action_order(self) -> None:
        """Order the rows by the next column."""
        self.rows.next_column([column.key for column in self._table.columns])
        self.redraw()

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.rows.reverse = not self.rows.reverse
        self.redraw()

    async def action_filter(self) -> None:
        """Type what the listed targets must have in their name or status."""
        if self._input is None:
            from textual.widgets import Input  # noqa: PLC0415 - after first paint

            self._input = Input(placeholder="words of a name or a status", id="filter")
            await self.mount(self._input)
        self._input.value = self.rows.words
        self._input.display = True
        self._input.focus()
        self.call_after_refresh(self.redraw)

    def action_clear(self) -> None:
        """List all targets again."""
        self.rows.words = ""
        self._end_typing()

    def on_input_changed(self, event: Input.Changed) -> None:
        """List what matches so far."""
        if self.typing:
            self.rows.words = event.value
            self.redraw()

    def on_input_submitted(self) -> None:
        """Keep the filter and give the keys back."""
        self._end_typing()

    def on_input_blurred(self) -> None:
        """Give the keys back, wherever the focus went."""
        self._end_typing()

    def _end_typing(self) -> None:
        if self._input is not None and self._input.display:
            self._input.display = False
            self.set_focus(None)
        self.refresh_bindings()
        self.redraw()
        self.call_after_refresh(self.redraw)
