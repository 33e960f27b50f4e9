"""A widget of ready-made lines that repaints only those that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.palette import Palette


class Lines(Widget):
    """Shows lines of runs through Textual's line API.

    Args:
        widget_id: The widget's id.
    """

    DEFAULT_CSS = "Lines { height: 1; width: 1fr; }"
    ALLOW_SELECT = False

    def __init__(self, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self.lines: Sequence[Line] = ()
        """The lines that are shown, top first."""
        self.expected = Size(0, 0)
        """The size that it will have once it is laid out, so that it can be filled before."""
        self._strips: list[Strip] = []
        self._selected: int | None = None
        self._painted_for: tuple[Palette, int] | None = None

    def show(self, lines: Sequence[Line], palette: Palette, *, selected: int | None = None) -> None:
        """Show these lines; those equal to what is there are not painted again.

        Args:
            lines: What to show, top first.
            palette: The colours.
            selected: The index of the line that is selected, if one is.
        """
        width = self.extent.width
        painted_for = (palette, width)
        all_anew = painted_for != self._painted_for
        before, count = self.lines, len(self._strips)
        strips: list[Strip] = []
        changed: list[int] = []
        for y, line in enumerate(lines):
            same = (
                not all_anew
                and y < count
                and line == before[y]
                and (y == selected) == (y == self._selected)
            )
            if same:
                strips.append(self._strips[y])
            else:
                strips.append(palette.strip(line, width, selected=y == selected))
                changed.append(y)
        changed += range(len(strips), count)
        self.lines, self._strips = list(lines), strips
        self._selected, self._painted_for = selected, painted_for
        if all_anew:
            self.refresh()
        elif changed:
            self.refresh(*[Region(0, y, width, 1) for y in changed])

    @property
    def text(self) -> str:
        """The shown text, without colours, padded to the widget's width."""
        return "\n".join(strip.text for strip in self._strips)

    @property
    def extent(self) -> Size:
        """The size it has, or will have."""
        return self.size if self.size.width else self.expected

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return painted lines as they are, without the border or padding that they never have.

        Textual would keep a second copy of them, also of pages that are closed: of the last 1024
        widgets, 60 MB.
        """
        width, background = self.size.width, self.background_colors[1]
        blank = self._blank
        strips = [self.render_line(y).adjust_cell_length(width, blank) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span != (0, width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """Return one painted line; blank below the last."""
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self._blank)

    @property
    def _blank(self) -> Style:
        """The style of what no line covers, such as while it is wider than it was painted for."""
        return self._painted_for[0].blank if self._painted_for else self.rich_style
