"""Lines that are drawn from a view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.geometry import Size

    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.view import View


class ViewLines(Lines):
    """Draws a view, and the same one again where the widget's size has changed."""

    def __init__(self, widget_id: str) -> None:
        super().__init__(widget_id)
        self._view: View | None = None
        self._drawn: tuple[View, Size] | None = None

    def update(self, view: View) -> None:
        """Show what changed since the view before; nothing is drawn while it is hidden."""
        self._view = view
        if self.display:
            self._drawn = (view, self.extent)
            self.show_view(view)

    def show_view(self, view: View) -> None:
        """Draw the view and show its lines."""
        self.show(self.draw(view, self.extent), view.palette)

    def draw(self, view: View, extent: Size) -> Sequence[Line]:
        """Return the lines of a view in so many cells."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Draw the view for the new size; what was drawn for it before the layout stays."""
        if self._view is not None and (self._view, self.extent) != self._drawn:
            self.update(self._view)
