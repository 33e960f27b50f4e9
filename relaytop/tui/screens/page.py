"""A full screen of lines over the monitor: scrolls, and is read again as the monitor is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.screen import Screen

from relaytop.tui.draw.layout import too_small
from relaytop.tui.draw.text_runs import cropped, line_width
from relaytop.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from relaytop.tui.draw.pages import Item
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.screens.monitor import MonitorScreen

FAR = 1_000_000


class Page(Screen[None]):
    """Lists items of one or more lines, newest first; what one reads stays where it is.

    Args:
        monitor: What is shown is what the monitor's screen shows, frozen or live.
    """

    BINDINGS: ClassVar = [
        Binding("escape,q,enter,l,e,c", "dismiss", "back", id="page.close"),
        Binding("down,j", "scroll(1)", "down", id="page.down"),
        Binding("up,k", "scroll(-1)", "up", id="page.up"),
        Binding("pagedown,space", "leaf(1)", "page down", id="page.pagedown"),
        Binding("pageup", "leaf(-1)", "page up", id="page.pageup"),
        Binding("home,g", f"scroll(-{FAR})", "first", id="page.first"),
        Binding("end,G", f"scroll({FAR})", "last", id="page.last"),
    ]

    def __init__(self, monitor: MonitorScreen) -> None:
        super().__init__()
        self.monitor = monitor
        self._parts = {name: Lines(id=name) for name in ("head", "body", "foot")}
        self._top = 0
        self._owners: list[object] = []
        """The item of each line."""
        self._anchor: object = None
        """The item at the top, which stays there while others come."""
        self._offset = 0
        """How many of its lines are above the top."""

    def compose(self) -> ComposeResult:
        """Lay out the title, the lines and the keys."""
        yield from self._parts.values()

    def heading(self) -> Line:
        """Return the page's title."""
        raise NotImplementedError

    def items(self, width: int) -> list[Item]:
        """Return what there is, newest first, drawn in `width` cells."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Read what there is now."""
        palette, (width, height) = self.monitor.palette, self.size
        if palette is None or not self._parts["foot"].is_attached or not width:
            return
        with self.app.batch_update():
            need = too_small(width, height)
            if need is not None:
                self._parts["head"].show([[(need, "warn")]], palette)
                for name in ("body", "foot"):
                    self._parts[name].show([], palette)
                return
            self._parts["head"].show([self._ruled(self.heading(), width)], palette)
            rows = height - 2
            lines, total = self._in_sight(self.items(width - 1), rows)
            self._parts["body"].show(lines, palette)
            self._parts["foot"].show([self._keys(rows, total, width)], palette)

    def _ruled(self, line: Line, width: int) -> Line:
        rule = width - line_width(line) - 3
        return cropped([*line, (" " + self.monitor.marks.rule * rule, "rule")], width)

    def _in_sight(self, items: list[Item], rows: int) -> tuple[list[Line], int]:
        """Return the lines to show and how many there are, the anchor at its place."""
        lines = [(item, line) for item, drawn in items for line in drawn]
        before = self._top
        if before:
            at = next((i for i, (item, _line) in enumerate(lines) if item is self._anchor), None)
            self._top = before if at is None else at + self._offset
        self._top = max(0, min(self._top, len(lines) - rows))
        self._remember([item for item, _line in lines])
        return [line for _item, line in lines[self._top : self._top + rows]], len(lines)

    def _remember(self, owners: list[object]) -> None:
        self._owners = owners
        self._anchor = owners[self._top] if self._top < len(owners) else None
        first = next((i for i, item in enumerate(owners) if item is self._anchor), 0)
        self._offset = self._top - first

    def _keys(self, rows: int, total: int, width: int) -> Line:
        marks = self.monitor.marks
        arrows = "".join(marks.more) if not marks.arrows else "up down"
        line: Line = [(" ", "text")]
        for key, what in (("esc", "back"), (arrows, "scroll"), ("space", "page down")):
            line += [(key, "accent"), (f" {what}  ", "dim")]
        if total > rows:
            seen = f"{self._top + 1}-{min(total, self._top + rows)} of {total}"
            line.append((seen.rjust(max(0, width - line_width(line) - 1)), "dim"))
        return cropped(line, width)

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.call_after_refresh(self.redraw)

    def action_scroll(self, lines: int) -> None:
        """Go down, or up where `lines` is negative."""
        self._top = max(0, min(self._top + lines, len(self._owners) - (self.size.height - 2)))
        self._remember(self._owners)
        self.redraw()

    def action_leaf(self, pages: int) -> None:
        """Go a screen down or up."""
        self.action_scroll(pages * max(1, self.size.height - 3))
