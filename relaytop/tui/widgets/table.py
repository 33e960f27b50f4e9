"""The table of targets."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from relaytop.config.durations import format_duration
from relaytop.monitor.why import why
from relaytop.tui.constants import WHEEL_ROWS
from relaytop.tui.draw.alert_marks import group_keys
from relaytop.tui.draw.columns import column_at, fit_columns
from relaytop.tui.draw.group_row import group_row
from relaytop.tui.draw.sparkline import per_cell
from relaytop.tui.draw.table import header, hidden_rows
from relaytop.tui.draw.table import row as target_row
from relaytop.tui.draw.text_runs import dimmed
from relaytop.tui.draw.time_axis import time_axis
from relaytop.tui.rows.labels import make_labels
from relaytop.tui.rows.query import AS_CONFIGURED
from relaytop.tui.rows.row_window import RowWindow
from relaytop.tui.widgets.view_lines import ViewLines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    from relaytop.monitor.group import Group
    from relaytop.tui.draw.columns import Column
    from relaytop.tui.draw.text_runs import Line, Run
    from relaytop.tui.rows.blocks import Row
    from relaytop.tui.rows.labels import Labels
    from relaytop.tui.view import View


class TargetTable(ViewLines):
    """A header and one line per row; scrolls so that the selected one is in sight."""

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class Sorted(Message):
        """The title of a column was clicked."""

        def __init__(self, column: Column) -> None:
            super().__init__()
            self.column = column

    class Wheeled(Message):
        """The rows were scrolled with the wheel."""

    def __init__(self, widget_id: str) -> None:
        super().__init__(widget_id)
        self.row_window = RowWindow()
        """The rows in sight."""
        self.columns: Sequence[Column] = ()
        """The columns that are shown."""

    def show_view(self, view: View) -> None:
        """Draw the header and the rows in sight."""
        width, height = self.extent
        if height < 1 or width < 1:
            return
        key = view.selected if view.group is None else view.group.group.key
        self.row_window.update(view.rows, max(1, height - 1), key)
        labels = make_labels(tuple(view.source.targets()), view.groups)
        self.columns = fit_columns(
            width,
            labels.longest,
            least_target=labels.least,
            longest_why=self._longest_why(view),
            chosen=view.chosen_columns,
            versus=view.reference is not None,
            users=self._has_users(view),
        )
        in_sight = self.row_window.in_sight
        lines = [self._header(view)]
        lines += self._rows(view, in_sight, labels, key)
        selected = next((at for at, row in enumerate(in_sight, 1) if row.key == key), None)
        self.show(lines, view.palette, selected=selected)

    @staticmethod
    def _longest_why(view: View) -> int:
        """Return the cells of the longest reason, in sight or not: the columns keep still."""
        reasons = [why(view.summaries.of(target)) or "" for target in view.source.targets()]
        groups = [view.summaries.of_group(group).why for group in view.groups]
        reasons += [reason.texts[0] for reason in groups if reason is not None]
        return max(map(len, reasons), default=0)

    @staticmethod
    def _has_users(view: View) -> bool:
        """Return whether of any target, in sight or not, the users' requests are known."""
        found = (view.summaries.of(target) for target in view.source.targets())
        return any(summary.traffic is not None for summary in found)

    def scroll_rows(self, lines: int) -> None:
        """Scroll down, or up where `lines` is negative; another row is not selected by that."""
        if self._view is not None and self.row_window.scroll(lines):
            self.update(self._view)
            self.post_message(self.Wheeled())

    def _header(self, view: View) -> Line:
        """Draw the header; it tells by what the rows are sorted and how many are out of sight."""
        query, glyphs = view.row_query, view.glyphs
        hidden = hidden_rows(
            self.row_window.first_row, self.row_window.below, self._name_width, glyphs
        )
        column = "target" if view.order == AS_CONFIGURED else view.order
        sign = glyphs.order[query.reverse != (column == "target")]
        order = (column, sign) if view.order != AS_CONFIGURED or query.reverse else None
        return header(self.columns, format_duration(view.span_s), hidden, order)

    def _rows(
        self, view: View, rows: Sequence[Row], labels: Labels, selected: str | None
    ) -> list[Line]:
        cells = next((c.width for c in self.columns if c.key == "spark"), 0)
        lines: list[Line] = []
        for each in rows:
            here = each.key == selected
            if each.target is None and each.group is not None:
                name = partial(labels.short, each, column_width=self._name_width)
                line = self._group_row(view, each.group, name, selected=here)
            else:
                line = self._target_row(view, each, labels, cells, selected=here)
            lines.append(line if view.live else dimmed(line))
        return lines

    @property
    def _name_width(self) -> int:
        return next(column.width for column in self.columns if column.key == "target")

    def _group_row(
        self, view: View, group: Group, name: Callable[[int], str], *, selected: bool
    ) -> Line:
        return group_row(
            view.summaries.of_group(group),
            self.columns,
            view.thresholds,
            name,
            view.now,
            view.glyphs,
            selected=selected,
            folded=group.key in view.folded,
            mark=view.alerts.mark(group.targets, *group_keys(group)),
        )

    def _target_row(
        self,
        view: View,
        row: Row,
        labels: Labels,
        cells: int,
        *,
        selected: bool,
    ) -> Line:
        source, now = view.source, view.now
        summary = view.summaries.of(row.key)
        shortest_s = view.link.shortest_bin_s(summary.interval_s, view.span_s)
        end = view.link.sparkline_end(now, view.oldest)
        axis = time_axis(end, view.oldest, view.span_s, cells, shortest_s)
        bins = per_cell(source.bins(row.key, *axis), axis, end, cells) if cells else ()
        versus: Run = ("", "dim")
        if view.reference is not None:
            versus = view.reference.cell(source, summary)
        return target_row(
            summary,
            self.columns,
            bins,
            view.thresholds[row.key],
            now,
            view.glyphs,
            selected=selected,
            short_name=partial(labels.target_name, row, column_width=self._name_width),
            mark=view.alerts.mark([row.key], row.key, summary.provider),
            versus=versus,
        )

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked, or sort by the column whose title was."""
        if event.y < 1:
            column = column_at(self.columns, event.x)
            if column is not None:
                self.post_message(self.Sorted(column))
        elif (row := self.row_window.row_at(event.y - 1)) is not None:
            self.post_message(self.Picked(row))

    def on_mouse_scroll_down(self) -> None:
        """Scroll down."""
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """Scroll up."""
        self.scroll_rows(-WHEEL_ROWS)
