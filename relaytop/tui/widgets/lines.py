"""A widget of ready-made lines that repaints only those that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.palette import Palette


class Lines(Widget):
    """Shows lines of runs through Textual's line API."""

    DEFAULT_CSS = "Lines { height: 1; width: 1fr; }"
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._lines: list[Line] = []
        self._strips: list[Strip] = []
        self._chosen: int | None = None
        self._key: tuple[Palette, int] | None = None
        self.expected = Size(0, 0)
        """The size that it will have once it is laid out, so that it can be filled before."""

    def show(self, lines: Sequence[Line], palette: Palette, *, chosen: int | None = None) -> None:
        """Show these lines; those equal to what is there are not painted again.

        Args:
            lines: What to show, top first.
            palette: The colours.
            chosen: The index of the line that is selected, if one is.
        """
        width = self.extent.width
        key = (palette, width)
        fresh = key != self._key
        before, count = self._lines, len(self._strips)
        strips: list[Strip] = []
        changed: list[int] = []
        for y, line in enumerate(lines):
            same = (
                not fresh
                and y < count
                and line == before[y]
                and (y == chosen) == (y == self._chosen)
            )
            if same:
                strips.append(self._strips[y])
            else:
                strips.append(palette.strip(line, width, selected=y == chosen))
                changed.append(y)
        changed += range(len(strips), count)
        self._lines, self._strips = list(lines), strips
        self._chosen, self._key = chosen, key
        if fresh:
            self.refresh()
        elif changed:
            self.refresh(*[Region(0, y, width, 1) for y in changed])

    @property
    def extent(self) -> Size:
        """The size it has, or will have."""
        return self.size if self.size.width else self.expected

    def render_line(self, y: int) -> Strip:
        """Return one painted line; blank below the last."""
        if y < len(self._strips):
            return self._strips[y]
        blank = self._key[0].blank if self._key else self.rich_style
        return Strip.blank(self.size.width, blank)
