"""The zoomed chart's keys: its drawing, its range of time, and the failures in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.reactive import var

from relaytop.tui.screens.target_list import TargetListScreen
from relaytop.tui.zoom import SCALED, Known, Zoom

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.binding import Binding

    from relaytop.tui.view import View

ACTION = "zoom_"
"""Actions that begin so are the zoomed chart's."""
SOON_GONE_S = 3


class ZoomScreen(TargetListScreen):
    """The part of the monitor's screen that chooses what the zoomed chart shows."""

    zoomed: var[bool] = var(default=False, init=False)
    """Whether the detail has the whole screen."""
    zoom: var[Zoom] = var(Zoom(), init=False)
    """What the chart shows while it is zoomed."""

    def watch_zoomed(self) -> None:
        """Divide the screen anew; the next zoom begins with what is now."""
        if not self.zoomed:
            self.zoom = self.zoom.live()
        self.refresh_bindings()
        self.changed()

    def watch_zoom(self) -> None:
        """Show the choice."""
        self.refresh_bindings()
        self.changed()

    def watch_selected(self) -> None:
        """Show the other target's chart of the same time; its failures are others."""
        self.zoom = replace(self.zoom, failure_at=None)
        super().watch_selected()

    def offers_zoom(self, action: str) -> bool:
        """Return whether an action of the zoomed chart does something now."""
        if not self.zoomed or self.selected_group is not None:
            return False
        return action != "zoom_scale" or self.zoom.drawing in SCALED

    def labelled(self, binding: Binding) -> Binding:
        """Return a binding with the label of what its key does now."""
        label = None
        if binding.id == "zoom.scale" and self.zoom.log:
            label = "linear"
        elif binding.id == "zoom.figure" and self.zoom.figure == "ttft":
            label = "latency"
        return binding if label is None else replace(binding, description=label)

    def _change(self, choose: Callable[[Zoom, Known, View], Zoom | None]) -> bool:
        """Make a choice by what there is; return whether it is another one."""
        view = self.view
        if view is None or view.selected is None:
            return False
        chosen = choose(self.zoom, view.known(view.selected), view)
        if chosen is None or chosen == self.zoom:
            return False
        self.zoom = chosen
        return True

    def action_zoom_drawing(self) -> None:
        """Draw it in the next way."""
        self.zoom = self.zoom.next_drawing()

    def action_zoom_scale(self) -> None:
        """Change between a linear and a logarithmic scale."""
        self.zoom = replace(self.zoom, log=not self.zoom.log)

    def action_zoom_figure(self) -> None:
        """Change between the latency and the TTFT."""
        figure = self.zoom.figure
        self.zoom = replace(self.zoom, figure="ttft" if figure == "latency" else "latency")

    def action_zoom_time(self, steps: int) -> None:
        """Show an earlier or a later range."""
        if not self._change(lambda zoom, known, _view: zoom.moved(steps, known)):
            self._say("no older samples kept" if steps < 0 else "already at the newest sample")

    def action_zoom_range(self, step: int) -> None:
        """Show a longer or a shorter range."""
        if not self._change(lambda zoom, known, _view: zoom.resized(step, known)):
            self._say("no older samples kept" if step > 0 else "already the shortest range")

    def action_zoom_live(self) -> None:
        """Go back to what is now."""
        self.zoom = self.zoom.live()

    def action_zoom_oldest(self) -> None:
        """Show the oldest that is kept."""
        self._change(lambda zoom, known, _view: zoom.ending(0.0, known))

    def action_zoom_failure(self, step: int) -> None:
        """Go to the next or the previous failure."""
        if not self._change(
            lambda zoom, known, view: zoom.at_failure(step, _failures(view), known)
        ):
            where = "later" if step > 0 else "earlier"
            fleet = self.view is not None and self.view.overview.prometheus is not None
            self._say(f"no {where} failure {'in this time range' if fleet else 'kept'}")

    def _say(self, text: str) -> None:
        self.notify(text, timeout=SOON_GONE_S)


def _failures(view: View) -> list[float]:
    """Return the Unix seconds of the selected target's failures, oldest first.

    Of those that Prometheus knows only the ones in the range that is shown: all would be a query of
    months.
    """
    if view.selected is None:
        return []
    start, end = 0.0, view.now
    if view.overview.prometheus is not None:
        start, end = view.zoom.range_in(view.known(view.selected))
    points = view.source.points(view.selected, start, end)
    return [point.at for point in points if not point.ok]
