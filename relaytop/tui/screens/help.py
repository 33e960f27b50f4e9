"""The help page, made from the bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from relaytop.tui.keys import GROUPS, HELP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult

    from relaytop.tui.draw.marks import Marks


class HelpScreen(ModalScreen[None]):
    """Lists every key by group, and what the signs mean.

    Args:
        bindings: The keys in force.
        marks: The shapes that the terminal can show.
    """

    BINDINGS: ClassVar = [
        Binding("escape,q,question_mark,enter", "dismiss", "close", id="help.close")
    ]

    def __init__(self, bindings: Iterable[Binding], marks: Marks) -> None:
        super().__init__()
        self._bindings_shown = list(bindings)
        self._marks = marks

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = "help"
            dialog.border_subtitle = "esc closes"
            yield Static(self._keys())
            yield Static(self._signs())

    def _keys(self) -> Table:
        groups: dict[str, dict[str, Binding]] = {group.description: {} for group in GROUPS}
        for binding in self._bindings_shown:
            if binding.tooltip:
                group = binding.group or HELP
                groups[group.description].setdefault(binding.action, binding)
        table = Table.grid(padding=(0, 2))
        for name, bindings in groups.items():
            if not bindings:  # on a recording nothing is probed
                continue
            table.add_row(Text(name, "bold"), "")
            for binding in bindings.values():
                key = self.app.get_key_display(binding)
                table.add_row(Text(key, "cyan", justify="right"), Text(binding.tooltip))
        return table

    def _signs(self) -> Table:
        marks = self._marks
        table = Table.grid(padding=(0, 2))
        table.add_row(Text("Signs", "bold"), "")
        rows = (
            (f"{marks.status['up']} up", "answers, within its thresholds"),
            (f"{marks.status['degraded']} degraded", "a threshold is broken over the window"),
            (f"{marks.status['down']} down", "the last three probes failed"),
            (f"{marks.status['paused']} paused", "switched off by you or by the budget"),
            (f"{marks.status['unknown']} unknown", "no probe has finished yet"),
            (f"{marks.failed}", "in a sparkline or chart: probes failed here"),
            ("dim figure", "too few samples to carry it (P95: 20, P99: 100)"),
            (">30s", "timeouts cut the tail off: it lies above the deadline"),
            ("…12s", "under age: a probe has been hanging that long"),
            ("58/60", "rate limit: left/limit; reset counts down"),
            ("skipped", "due probes not sent because the one before still ran"),
        )
        for sign, meaning in rows:
            table.add_row(Text(sign, "cyan", justify="right"), Text(meaning))
        return table
