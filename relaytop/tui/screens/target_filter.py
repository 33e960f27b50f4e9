"""The filter as it is typed, above the list that it filters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message
from textual.reactive import var
from textual.screen import Screen

from relaytop.tui.rows.filter import HINT, parse_filter
from relaytop.tui.rows.query import RowQuery

if TYPE_CHECKING:
    from textual.widgets import Input

    from relaytop.tui.draw.text_runs import Run


class FilterScreen(Screen[None]):
    """The part of the monitor's screen in which the filter is typed."""

    AUTO_FOCUS: ClassVar = ""
    """Else the filter, though hidden, would take the keys when a page above is closed."""

    class Changed(Message):
        """A message: what is shown, or what it is read from, has changed; read it again."""

        def can_replace(self, message: Message) -> bool:
            """Return whether `message` is a change too: reading once is enough for both."""
            return isinstance(message, FilterScreen.Changed)

    row_query: var[RowQuery] = var(RowQuery(), init=False)
    """The filter, the groups and the order of the rows."""

    def __init__(self) -> None:
        super().__init__()
        self._input: Input | None = None

    def changed(self) -> None:
        """Have what is shown read again."""
        self.post_message(self.Changed())

    def filter_hint(self) -> Run | None:
        """Return what to say under the filter while it is typed."""
        if not self.typing:
            return None
        problems = parse_filter(self.row_query.words).problems
        return (problems[0], "warn") if problems else (HINT, "dim")

    @property
    def typing(self) -> bool:
        """Whether the filter is being typed, where the keys else are."""
        return self._input is not None and self._input.has_focus

    async def action_filter(self) -> None:
        """Type what the listed targets must have in their name or status."""
        if self._input is None:
            from textual.widgets import Input  # noqa: PLC0415 - after first paint

            self._input = Input(placeholder="text, is:down, class:timeout", id="filter")
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
        for problem in parse_filter(self.row_query.words).problems:
            self.notify(problem, severity="warning", timeout=6, markup=False)
        self._end_typing()

    def on_input_blurred(self) -> None:
        """Give the keys back, wherever the focus went."""
        self._end_typing()

    def _end_typing(self) -> None:
        if self._input is not None and self._input.display:
            self._input.display = False
            self.set_focus(None)
        self.refresh_bindings()
        self.changed()
