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
from relaytop.tui.rows.labels import INDENT, make_labels
from relaytop.tui.rows.query import AS_CONFIGURED
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
        self.first_row = 0
        """The number of rows that are scrolled out of sight above."""
        self._listed: Sequence[Row] = ()
        self._selected_key: str | None = None
        self._still: tuple[str, int] | None = None
        """The key and the index of the row that keeps its line, as it was drawn last."""
        self._away = False
        """Whether the wheel has scrolled the selected row out of sight."""
        self.columns: Sequence[Column] = ()
        """The columns that are shown."""

    @property
    def rows_in_sight(self) -> int:
        """The number of rows that have room below the header."""
        return max(1, self.extent.height - 1)

    @property
    def page_step(self) -> int:
        """The number of rows by which a page scrolls: less what a group's own row may cover."""
        grouped = any(row.group is not None for row in self._listed)
        return max(1, self.rows_in_sight - grouped)

    def show_view(self, view: View) -> None:
        """Draw the header and the rows in sight."""
        width, height = self.extent
        if height < 1 or width < 1:
            return
        self._listed = rows = view.rows
        key = view.selected if view.group is None else view.group.group.key
        index = next((at for at, row in enumerate(rows) if row.key == key), None)
        self._scroll(rows, key, index)
        labels = make_labels(tuple(view.source.targets()), view.groups)
        self.columns = fit_columns(
            width,
            labels.longest,
            least_target=labels.least,
            longest_why=self._longest_why(view),
            chosen=view.chosen_columns,
            versus=view.reference is not None,
        )
        in_sight = self._in_sight()
        lines = [self._header(view, len(rows) - self.first_row - self.rows_in_sight)]
        lines += self._rows(view, in_sight, labels, key)
        selected = next((at for at, row in enumerate(in_sight, 1) if row.key == key), None)
        self.show(lines, view.palette, selected=selected)

    def _in_sight(self) -> Sequence[Row]:
        """Return the rows in sight.

        Where the first is of a group whose own row is above, that takes its line: names without
        their provider would say too little.
        """
        rows = self._listed[self.first_row : self.first_row + self.rows_in_sight]
        if not self._is_covered(self.first_row):
            return rows
        above = self._listed[self.first_row :: -1]
        return [next(row for row in above if row.target is None), *rows[1:]]

    def _is_covered(self, index: int) -> bool:
        """Return whether the row of a group has a row's line, were that the first in sight."""
        row = self._listed[index] if 0 <= index < len(self._listed) else None
        in_group = row is not None and row.group is not None and row.target is not None
        return in_group and self.rows_in_sight > 1

    @staticmethod
    def _longest_why(view: View) -> int:
        """Return the cells of the longest reason, in sight or not: the columns keep still."""
        reasons = [why(view.summaries.of(target)) or "" for target in view.source.targets()]
        groups = [view.summaries.of_group(group).why for group in view.groups]
        reasons += [reason.texts[0] for reason in groups if reason is not None]
        return max(map(len, reasons), default=0)

    @property
    def held_key(self) -> str | None:
        """The key of the first row in sight, where the wheel has left the selected one behind."""
        return self._still[0] if self._away and self._still is not None else None

    def follow_selected(self, *, pages: int = 0) -> None:
        """Have the selected row in sight again, when the view is drawn next.

        Args:
            pages: Screens to scroll down first; up where it is negative.
        """
        self._away = False
        self.first_row += pages * self.page_step

    def scroll_rows(self, lines: int) -> None:
        """Scroll down, or up where `lines` is negative; another row is not selected by that."""
        last = max(0, len(self._listed) - self.rows_in_sight)
        first = max(0, min(self.first_row + lines, last))
        if first == self.first_row or self._view is None:
            return
        self.first_row = first
        self._away = self._selected_key not in [row.key for row in self._in_sight()]
        self._still = None
        self.update(self._view)
        self.post_message(self.Wheeled())

    def _scroll(self, rows: Sequence[Row], key: str | None, index: int | None) -> None:
        """Keep a row on its line: the selected one, also in sight, or the first that is.

        Args:
            rows: All rows.
            key: Of the selected row.
            index: The same row's number in the list.
        """
        first, room = self.first_row, self.rows_in_sight
        if key != self._selected_key:
            self._away = False
        self._selected_key = key
        if self._away:
            still, at = self._still or (None, first)
            found = next((n for n, row in enumerate(rows) if row.key == still), at)
            first += found - at
        elif key is not None and index is not None:
            if self._still is not None and self._still[0] == key:
                first += index - self._still[1]
            elif index <= 1:
                first = 0
            first = min(max(first, index - room + 1), index)
            first -= first == index and self._is_covered(index)
        self.first_row = first = max(0, min(first, len(rows) - room))
        if self._away and rows:
            self._still = (rows[first].key, first)
        elif key is not None and index is not None:
            self._still = (key, index)

    def _header(self, view: View, below: int) -> Line:
        """Draw the header; it tells by what the rows are sorted and how many are out of sight."""
        query, glyphs = view.row_query, view.glyphs
        hidden = hidden_rows(self.first_row, below, self._name_width, glyphs)
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
        indent = 0 if row.group is None else INDENT
        return target_row(
            summary,
            self.columns,
            bins,
            view.thresholds[row.key],
            now,
            view.glyphs,
            selected=selected,
            short_name=lambda width: (
                " " * indent + labels.short(row, width - indent, self._name_width)
            ),
            mark=view.alerts.mark([row.key], row.key, summary.provider),
            versus=versus,
        )

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked, or sort by the column whose title was."""
        index = self.first_row + event.y - 1
        if event.y < 1:
            column = column_at(self.columns, event.x)
            if column is not None:
                self.post_message(self.Sorted(column))
        elif 0 <= self.first_row <= index < len(self._listed):  # else a page up is not yet drawn
            self.post_message(self.Picked(self._in_sight()[event.y - 1]))

    def on_mouse_scroll_down(self) -> None:
        """Scroll down."""
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """Scroll up."""
        self.scroll_rows(-WHEEL_ROWS)
