"""A full screen of lines over the monitor: scrolls, and shows what the monitor would."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.await_complete import AwaitComplete
from textual.reactive import var
from textual.screen import Screen

from relaytop.tui.constants import WHEEL_ROWS
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

    AUTO_FOCUS: ClassVar = ""
    BINDINGS: ClassVar = PAGE_BINDINGS
    place: ClassVar = "page"
    """Its name on the help page."""
    hints: ClassVar[tuple[tuple[str, str], ...]] = ()
    """(Key, what it does) of the keys that this page alone has."""

    view: var[View | None] = var(None, init=False)
    """The newest view."""
    first_row: var[int] = var(0, init=False)
    """The number of lines above the first in sight."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.set_reactive(Page.view, view)
        self._head, self._body, self.foot = Lines("head"), Lines("body"), Lines("foot")
        self.owners: list[object] = []
        """The item of each line; None of a line that cannot be selected."""
        self.cursor: object = None
        """The item that is selected, on a page that has a cursor."""
        self._anchor: object = None
        """The item at the top, which stays there while others come."""
        self._offset = 0
        """The number of its lines above the top."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Leave, once: keys come in bunches, as `Dialog` tells."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def compose(self) -> ComposeResult:
        """Lay out the title, the lines and the keys."""
        yield from (self._head, self._body, self.foot)

    def heading(self, view: View) -> Line:
        """Return the page's title."""
        raise NotImplementedError

    def items(self, view: View, width: int) -> list[Item]:
        """Return what there is, newest first, drawn in `width` cells."""
        raise NotImplementedError

    def in_sight(self, line: Line) -> Line:
        """Return a line as it is shown; a page may mark something in it."""
        return line

    def watch_view(self) -> None:
        """Show what there is now."""
        view, (width, height) = self.view, self.size
        if view is None or not self.foot.is_attached or not width:
            return
        palette = view.palette
        with self.app.batch_update():
            need = too_small(width, height)
            if need is not None:
                self._head.show([[(need, "warn")]], palette)
                self._body.show([], palette)
                self.foot.show([], palette)
                return
            lines, total = self._place(self.items(view, width - 1), self.rows)
            shown = [self.in_sight(line) for line in lines]
            rule = view.glyphs.rule
            self._head.show([_ruled(self.heading(view), rule, width)], palette)
            self._body.show(shown, palette, selected=self._cursor_row(len(lines)))
            self.foot.show([self._keys(view.glyphs, self.rows, total, width)], palette)

    @property
    def rows(self) -> int:
        """The lines that have room."""
        return self.size.height - 2

    def watch_first_row(self) -> None:
        """Show the lines that are in sight now."""
        self._remember_anchor()
        self.watch_view()

    def _place(self, items: list[Item], rows: int) -> tuple[list[Line], int]:
        """Return the lines to show and how many there are, the anchor at its place."""
        lines = [(item, line) for item, item_lines in items for line in item_lines]
        self.owners = [item for item, _line in lines]
        first = self.first_row
        if first and self._anchor is not None:
            at = self._line_of(self._anchor)
            first = first if at is None else at + self._offset
        first = max(0, min(first, len(lines) - rows))
        self.set_reactive(Page.first_row, first)
        self._remember_anchor()
        return [line for _item, line in lines[first : first + rows]], len(lines)

    def _line_of(self, item: object) -> int | None:
        """Return the number of an item's first line."""
        return next((i for i, owner in enumerate(self.owners) if _is_same(owner, item)), None)

    def _remember_anchor(self) -> None:
        owners, top = self.owners, self.first_row
        self._anchor = owners[top] if top < len(owners) else None
        self._offset = 0 if self._anchor is None else top - (self._line_of(self._anchor) or 0)

    # ── the cursor ───────────────────────────────────────────────────────────

    def _cursor_row(self, rows: int) -> int | None:
        """Return in which of the rows in sight the selected item begins."""
        at = None if self.cursor is None else self._line_of(self.cursor)
        return at - self.first_row if at is not None and 0 <= at - self.first_row < rows else None

    def show_cursor(self) -> None:
        """Scroll as far as it takes to have the selected item in sight."""
        at = None if self.cursor is None else self._line_of(self.cursor)
        if at is None:
            return
        end = at + sum(_is_same(owner, self.cursor) for owner in self.owners[at:])
        self.first_row = min(max(self.first_row, end - self.rows), at)

    def _bring_cursor(self, *, first: bool) -> None:
        """Select the first or the last item in sight, where the selected one is in none of it."""
        seen = self.owners[self.first_row : self.first_row + self.rows]
        if any(_is_same(owner, self.cursor) for owner in seen):
            return
        found = next((o for o in (seen if first else seen[::-1]) if o is not None), None)
        if found is not None:
            self.cursor = found
            self.watch_view()

    def action_select(self, step: int) -> None:
        """Select the next item, or the one before; one that is longer than the page scrolls."""
        owners = self.owners
        bottom = self.first_row + self.rows
        at = self._line_of(self.cursor)
        if at is None:
            self.action_scroll(step)
            return
        end = at + sum(_is_same(owner, self.cursor) for owner in owners[at:])
        if step > 0 and end > bottom:
            self.action_scroll(1)
            return
        if step < 0 and at < self.first_row:
            self.action_scroll(-1)
            return
        others = owners[end:] if step > 0 else owners[:at][::-1]
        found = next((owner for owner in others if owner is not None), None)
        if found is None:
            self.action_scroll(step)
            return
        self.cursor = found
        self.show_cursor()
        self.watch_view()

    # ── keys ─────────────────────────────────────────────────────────────────

    def _keys(self, glyphs: Glyphs, rows: int, total: int, width: int) -> Line:
        arrows = "".join(glyphs.more) if not glyphs.arrows else "up down"
        line: Line = [(" ", "text")]
        hints = (("esc", "back"), *self.hints, (arrows, "scroll"), ("space", "page down"))
        for key, what in hints:
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
        last = len(self.owners) - self.rows
        self.first_row = max(0, min(self.first_row + lines, last))
        if self.cursor is not None:
            self._bring_cursor(first=lines <= 0)

    def on_mouse_scroll_down(self) -> None:
        """Go down."""
        self.action_scroll(WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """Go up."""
        self.action_scroll(-WHEEL_ROWS)

    def action_page(self, pages: int) -> None:
        """Go a screen down or up."""
        self.action_scroll(pages * max(1, self.rows - 1))


def _is_same(owner: object, item: object) -> bool:
    """Return whether two items are the same one; keys of groups are equal, not identical."""
    return owner is item or (isinstance(owner, tuple) and owner == item)


def _ruled(line: Line, glyph: str, width: int) -> Line:
    """Fill a line with a rule."""
    rule = width - line_width(line) - 3
    return cropped([*line, (" " + glyph * rule, "rule")], width)
