"""The table of targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from relaytop.config.durations import format_duration
from relaytop.monitor.why import why
from relaytop.tui.draw.columns import fit_columns
from relaytop.tui.draw.sparkline import per_cell
from relaytop.tui.draw.table import header, hidden_rows, row
from relaytop.tui.draw.text_runs import dimmed
from relaytop.tui.draw.time_axis import time_axis
from relaytop.tui.widgets.view_lines import ViewLines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from relaytop.tui.draw.columns import Column
    from relaytop.tui.draw.text_runs import Line, Run
    from relaytop.tui.view import View


class TargetTable(ViewLines):
    """A header and one line per target; scrolls so that the selected one is in sight."""

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, target: str) -> None:
            super().__init__()
            self.target = target

    def __init__(self, widget_id: str) -> None:
        super().__init__(widget_id)
        self._first = 0
        self._targets: Sequence[str] = ()
        self.columns: Sequence[Column] = ()
        """The columns that are shown."""

    def show_view(self, view: View) -> None:
        """Draw the header and the rows in sight."""
        width, height = self.extent
        if height < 1 or width < 1:
            return
        self._targets = targets = view.listed
        rows = height - 1
        index = targets.index(view.selected) if view.selected in targets else 0
        self._first = min(max(self._first, index - rows + 1, 0), index)
        self._first = max(0, min(self._first, len(targets) - rows))
        longest = max((len(target) for target in view.source.targets()), default=0)
        self.columns = fit_columns(
            width,
            longest,
            longest_why=self._longest_why(view),
            chosen=view.chosen_columns,
            versus=view.reference is not None,
        )
        lines = [self._header(view, len(targets) - self._first - rows)]
        lines += self._rows(view, targets[self._first : self._first + rows])
        selected = index - self._first + 1 if targets else None
        self.show(lines, view.palette, selected=selected)

    @staticmethod
    def _longest_why(view: View) -> int:
        """Return the cells of the longest reason, in sight or not: the columns keep still."""
        summaries = (view.source.summary(target, view.now) for target in view.source.targets())
        return max((len(why(summary) or "") for summary in summaries), default=0)

    def _header(self, view: View, below: int) -> Line:
        """Draw the header; it tells by what the rows are sorted and how many are out of sight."""
        query, glyphs = view.row_query, view.glyphs
        hidden = hidden_rows(self._first, below, self.columns[1].width, glyphs)
        sign = glyphs.order[query.reverse != (query.column in {None, "target"})]
        order = (query.column, sign) if query.column or query.reverse else None
        return header(self.columns, format_duration(view.span_s), hidden, order)

    def _rows(self, view: View, targets: Sequence[str]) -> list[Line]:
        cells = next((c.width for c in self.columns if c.key == "spark"), 0)
        source, now = view.source, view.now
        lines: list[Line] = []
        for target in targets:
            summary = source.summary(target, now)
            axis = time_axis(now, view.oldest, view.span_s, cells, summary.interval_s)
            bins = per_cell(source.bins(target, *axis), axis, now, cells) if cells else ()
            versus: Run = ("", "dim")
            if view.reference is not None:
                versus = view.reference.cell(source, summary)
            line = row(
                summary,
                self.columns,
                bins,
                view.thresholds[target],
                now,
                view.glyphs,
                selected=target == view.selected,
                versus=versus,
            )
            lines.append(line if view.live else dimmed(line))
        return lines

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked."""
        index = self._first + event.y - 1
        if event.y >= 1 and index < len(self._targets):
            self.post_message(self.Picked(self._targets[index]))
