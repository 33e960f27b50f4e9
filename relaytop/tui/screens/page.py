"""A full screen of lines over the monitor: scrolls, and shows what the monitor would."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.reactive import var
from textual.screen import Screen

from relaytop.tui.draw.layout import too_small
from relaytop.tui.draw.text_runs import cropped, line_width
from relaytop.tui.keys import PAGE_BINDINGS
from relaytop.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.pages import Item
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.view import View


class Page(Screen[None]):
    """Lists items of one or more lines, newest first; what one reads stays where it is.

    Args:
        view: What is shown first; the newest is set on `view`.
    """

    BINDINGS: ClassVar = PAGE_BINDINGS

    view: var[View | None] = var(None, init=False)
    """The newest view."""
    first_row: var[int] = var(0, init=False)
    """The number of lines above the first in sight."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.set_reactive(Page.view, view)
        self._head, self._body, self._foot = Lines("head"), Lines("body"), Lines("foot")
        self._owners: list[object] = []
        """The item of each line."""
        self._anchor: object = None
        """The item at the top, which stays there while others come."""
        self._offset = 0
        """The number of its lines above the top."""

    def compose(self) -> ComposeResult:
        """Lay out the title, the lines and the keys."""
        yield from (self._head, self._body, self._foot)

    def heading(self, view: View) -> Line:
        """Return the page's title."""
        raise NotImplementedError

    def items(self, view: View, width: int) -> list[Item]:
        """Return what there is, newest first, drawn in `width` cells."""
        raise NotImplementedError

    def watch_view(self) -> None:
        """Show what there is now."""
        view, (width, height) = self.view, self.size
        if view is None or not self._foot.is_attached or not width:
            return
        palette = view.palette
        with self.app.batch_update():
            need = too_small(width, height)
            if need is not None:
                self._head.show([[(need, "warn")]], palette)
                self._body.show([], palette)
                self._foot.show([], palette)
                return
            rows = height - 2
            lines, total = self._in_sight(self.items(view, width - 1), rows)
            rule = view.glyphs.rule
            self._head.show([_ruled(self.heading(view), rule, width)], palette)
            self._body.show(lines, palette)
            self._foot.show([self._keys(view.glyphs, rows, total, width)], palette)

    def watch_first_row(self) -> None:
        """Show the lines that are in sight now."""
        self._remember_anchor()
        self.watch_view()

    def _in_sight(self, items: list[Item], rows: int) -> tuple[list[Line], int]:
        """Return the lines to show and how many there are, the anchor at its place."""
        lines = [(item, line) for item, item_lines in items for line in item_lines]
        self._owners = [item for item, _line in lines]
        first = self.first_row
        if first:
            at = next((i for i, owner in enumerate(self._owners) if owner is self._anchor), None)
            first = first if at is None else at + self._offset
        first = max(0, min(first, len(lines) - rows))
        self.set_reactive(Page.first_row, first)
        self._remember_anchor()
        return [line for _item, line in lines[first : first + rows]], len(lines)

    def _remember_anchor(self) -> None:
        owners, top = self._owners, self.first_row
        self._anchor = owners[top] if top < len(owners) else None
        first = next((i for i, item in enumerate(owners) if item is self._anchor), 0)
        self._offset = top - first

    def _keys(self, glyphs: Glyphs, rows: int, total: int, width: int) -> Line:
        arrows = "".join(glyphs.more) if not glyphs.arrows else "up down"
        line: Line = [(" ", "text")]
        for key, what in (("esc", "back"), (arrows, "scroll"), ("space", "page down")):
            line += [(key, "accent"), (f" {what}  ", "dim")]
        if total > rows:
            seen = f"{self.first_row + 1}-{min(total, self.first_row + rows)} of {total}"
            line.append((seen.rjust(max(0, width - line_width(line) - 1)), "dim"))
        return cropped(line, width)

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.call_after_refresh(self.watch_view)

    def action_scroll(self, lines: int) -> None:
        """Go down, or up where `lines` is negative."""
        last = len(self._owners) - (self.size.height - 2)
        self.first_row = max(0, min(self.first_row + lines, last))

    def action_page(self, pages: int) -> None:
        """Go a screen down or up."""
        self.action_scroll(pages * max(1, self.size.height - 3))


def _ruled(line: Line, glyph: str, width: int) -> Line:
    """Fill a line with a rule."""
    rule = width - line_width(line) - 3
    return cropped([*line, (" " + glyph * rule, "rule")], width)
