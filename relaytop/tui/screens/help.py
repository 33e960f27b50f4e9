"""The help page, made from the bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from relaytop.tui.key_names import key_label
from relaytop.tui.keys import GROUPS
from relaytop.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult

    from relaytop.tui.draw.glyphs import Glyphs


class HelpScreen(Dialog[None]):
    """Lists every key by group, and what the signs mean.

    Args:
        bindings: The keys in force.
        glyphs: The shapes that the terminal can show.
    """

    BINDINGS: ClassVar = [
        Binding("escape,q,question_mark,enter", "dismiss", "close", id="help.close")
    ]

    def __init__(self, bindings: Iterable[Binding], glyphs: Glyphs) -> None:
        super().__init__()
        self._bindings_shown = list(bindings)
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = "help"
            dialog.border_subtitle = "esc closes"
            yield Static(self._keys())
            yield Static(self._signs())

    def _keys(self) -> Table:
        """List the keys that are relaytop's own, all of an action together."""
        rows: dict[str, dict[str, tuple[str, list[str]]]] = {g.description: {} for g in GROUPS}
        for binding in self._bindings_shown:
            if binding.group is not None and binding.group.description in rows:
                group = rows[binding.group.description]
                _tooltip, keys = group.setdefault(binding.action, (binding.tooltip, []))
                keys.append(key_label(binding.key, self._glyphs))
        table = Table.grid(padding=(0, 2))
        for name, actions in rows.items():
            if not actions:  # on a recording nothing is probed
                continue
            table.add_row(Text(name, "bold"), "")
            for tooltip, keys in actions.values():
                table.add_row(Text("  ".join(keys), "cyan", justify="right"), Text(tooltip))
        table.add_row(Text("^p", "cyan", justify="right"), Text("All of this by name, and themes"))
        return table

    def _signs(self) -> Table:
        glyphs = self._glyphs
        table = Table.grid(padding=(0, 2))
        table.add_row(Text("Signs", "bold"), "")
        rows = (
            (f"{glyphs.status['up']} up", "answers, within its thresholds"),
            (
                f"{glyphs.status['degraded']} degraded",
                "slow, failing now and then, or hanging",
            ),
            (f"{glyphs.status['down']} down", "three probes in a row failed"),
            (
                f"{glyphs.status['paused']} paused",
                "switched off by you; a reached budget leaves the last status, dim",
            ),
            (f"{glyphs.status['unknown']} unknown", "no probe has finished yet"),
            (
                glyphs.levels[5:],
                "in a sparkline: up to the threshold, up to twice that, above; a level doubles",
            ),
            (glyphs.failed, "in a sparkline: half of the probes failed here, or more"),
            (glyphs.some_failed, "in a sparkline: fewer than half failed"),
            (f"{glyphs.p50_line} {glyphs.p95_line}", "in the chart: P50, P95"),
            (
                f"{glyphs.worst} {glyphs.clipped} {glyphs.failed}",
                "in the chart: the worst probe, one above its top, one that failed",
            ),
            ("dim figure", "too few samples to carry it (P95: 20, P99: 100)"),
            (">30s", "timeouts cut the tail off: it lies above the deadline"),
            ("…8522", "probes were skipped: it may be up to so much; the detail has both ends"),
            (f"{glyphs.skipped}14", "after a name: probes of it that were due and not sent"),
            (f"{glyphs.hang}12s", "under last: a probe has been hanging that long"),
            (glyphs.cached, "after a name: a cache answered; that is in no figure"),
            (glyphs.different, "after a name: another model serves than was asked for"),
            (" BUSY BOX ", "this machine reads late; the kernel's clock leaves that out"),
            ("58/60", "rate limit: left/limit; reset counts down"),
            ("skipped", "due probes not sent because as many as may be still ran"),
            ("paced", "due probes that the provider's max_rpm held back"),
        )
        for sign, meaning in rows:
            table.add_row(Text(sign, "cyan", justify="right"), Text(meaning))
        return table
