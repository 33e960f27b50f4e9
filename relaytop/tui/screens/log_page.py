"""Event log: searched, and listed by level and target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.reactive import var

from relaytop.tui.draw.log import newest_first
from relaytop.tui.draw.pages import log_item
from relaytop.tui.keys import LOG_BINDINGS
from relaytop.tui.log_filter import LEVELS, LogFilter
from relaytop.tui.screens.page import Page

if TYPE_CHECKING:
    from textual.widgets import Input

    from relaytop.tui.draw.pages import Item
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.view import View


class LogPage(Page):
    """Lists the events that its filter lets through."""

    BINDINGS: ClassVar = LOG_BINDINGS
    place: ClassVar = "event log"
    hints: ClassVar = (("/", "search"), ("f", "level"), ("t", "target"))

    log_filter: var[LogFilter] = var(LogFilter(), init=False)
    """What is listed."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._input: Input | None = None
        self._chosen: list[str] = []
        """The parts of the filter that are set, the one that was set last at the end."""
        self._drawn: dict[int, Item] = {}
        """An event's id → the event and its lines, at the width they were drawn for."""
        self._drawn_width = 0

    def heading(self, view: View) -> Line:
        """Return the page's title: how many lines, and what hides others."""
        events = view.source.events()
        if not self.log_filter.is_set:
            return [(" events", "bold"), (f"  {len(events)}, newest first", "dim")]
        count = sum(map(self.log_filter.matches, events))
        what = self.log_filter.describe()
        return [(" events", "bold"), (f"  {count} of {len(events)}: ", "dim"), (what, "accent")]

    def items(self, view: View, width: int) -> list[Item]:
        """Return the events that are listed, each drawn once as long as it is there."""
        before = self._drawn if width == self._drawn_width else {}
        self._drawn, self._drawn_width = {}, width
        items: list[Item] = []
        for event in newest_first(view.source.events()):
            if self.log_filter.matches(event):
                item = before.get(id(event))
                if item is None or item[0] is not event:
                    item = log_item(event, width)
                items.append(item)
                self._drawn[id(event)] = item
        return items or [(None, [[(" no matching events", "dim")]])]

    def in_sight(self, line: Line) -> Line:
        """Mark the words that were searched for."""
        return self.log_filter.highlighted(line)

    def watch_log_filter(self, before: LogFilter, after: LogFilter) -> None:
        """List anew, and keep in mind what was chosen last."""
        for part in ("words", "level", "target"):
            if getattr(before, part) != getattr(after, part):
                self._chosen = [other for other in self._chosen if other != part]
                if getattr(after, part) != getattr(LogFilter(), part):
                    self._chosen.append(part)
        self.watch_view()

    # ── keys ─────────────────────────────────────────────────────────────────

    def action_level(self) -> None:
        """List all levels, warnings and errors, or errors alone."""
        level = LEVELS[(LEVELS.index(self.log_filter.level) + 1) % len(LEVELS)]
        self.log_filter = replace(self.log_filter, level=level)

    def action_target(self) -> None:
        """List the selected target's events alone, or those of all."""
        selected = self.view.selected if self.view is not None else None
        target = selected if self.log_filter.target is None else None
        self.log_filter = replace(self.log_filter, target=target)

    async def action_search(self) -> None:
        """Type what the listed events must have."""
        if self._input is None:
            from textual.widgets import Input  # noqa: PLC0415 - after first paint

            self._input = Input(placeholder="text or target", id="search")
            await self.mount(self._input)
        self._input.value = self.log_filter.words
        self._input.display = True
        self.foot.display = False
        self._input.focus()

    def action_back(self) -> None:
        """Undo what was chosen last; with nothing chosen, go back to the monitor."""
        self._end_typing()
        if not self._chosen:
            self.dismiss()
            return
        part = self._chosen[-1]
        self.log_filter = replace(self.log_filter, **{part: getattr(LogFilter(), part)})

    def on_input_changed(self, event: Input.Changed) -> None:
        """List what matches so far."""
        if self._input is not None and self._input.display:
            self.log_filter = replace(self.log_filter, words=event.value)

    def on_input_submitted(self) -> None:
        """Keep the search and give the keys back."""
        self._end_typing()

    def on_input_blurred(self) -> None:
        """Give the keys back, wherever the focus went."""
        self._end_typing()

    def _end_typing(self) -> None:
        if self._input is not None and self._input.display:
            self._input.display = False
            self.foot.display = True
            self.set_focus(None)
            self.call_after_refresh(self.watch_view)
