"""The list of targets: which are listed, in which order, and which row is selected."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.reactive import var

from relaytop.monitor.group import FAILING
from relaytop.tui.rows.blocks import Cursor
from relaytop.tui.rows.folding import Folding, starts_folded
from relaytop.tui.rows.listing import RowListing
from relaytop.tui.rows.query import AS_CONFIGURED, WORST_FIRST
from relaytop.tui.rows.sort_keys import SORTABLE
from relaytop.tui.screens.target_filter import FilterScreen
from relaytop.tui.widgets.table import TargetTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events

    from relaytop.monitor.group import GroupSummary
    from relaytop.monitor.source import Source
    from relaytop.tui.rows.blocks import Row
    from relaytop.tui.rows.query import GroupBy, RowQuery
    from relaytop.tui.rows.summaries import Summaries
    from relaytop.tui.view import View


class TargetListScreen(FilterScreen):
    """The part of the monitor's screen that chooses among targets."""

    view: var[View | None] = var(None, init=False)
    """The view that is shown."""
    folding: var[Folding] = var(Folding(), init=False)
    """The groups that the user folded or unfolded."""
    selected: var[str | None] = var(None, init=False)
    """The id of the selected target; the worst of the group whose row is selected."""
    selected_group: var[str | None] = var(None, init=False)
    """The key of the group whose row is selected; None: a target's is."""
    chosen_columns: var[tuple[str, ...] | None] = var(None, init=False)
    """The keys of the columns that the user chose, in their order; None: all."""

    def __init__(self) -> None:
        super().__init__()
        self.table = TargetTable("table")
        self.listed: list[str] = []
        """The ids of the targets that are listed, in their order, those of folded groups too."""
        self.rows: Sequence[Row] = ()
        """The rows of the table."""
        self.read_clock = time.monotonic
        """Seconds of whoever reads the screen; a test passes its own."""
        self.listing = RowListing()
        self.all_fit = True
        """Whether all rows had room when they were listed last."""
        self.folded: frozenset[str] = frozenset()
        """The keys of the groups of which only their own row is listed."""
        self._chosen = False
        """Whether the user has pressed a key: the selection is theirs then."""

    def open_with(
        self, query: RowQuery, folded: frozenset[str], columns: tuple[str, ...] | None
    ) -> None:
        """Open with these choices of rows, folded groups and columns."""
        self.set_reactive(FilterScreen.row_query, query)
        self.set_reactive(TargetListScreen.folding, Folding(folded))
        self.set_reactive(TargetListScreen.chosen_columns, columns)

    def open_grouped(self, group_by: GroupBy) -> None:
        """Open with the rows grouped so."""
        self.set_reactive(FilterScreen.row_query, replace(self.row_query, group_by=group_by))

    def relist(self) -> Summaries:
        """List the rows anew, and return the figures that they were chosen by."""
        raise NotImplementedError

    def list_targets(
        self,
        summaries: Summaries,
        targets: Sequence[str],
        aliases: Mapping[str, Sequence[str]],
        *,
        room: int,
        still: bool,
    ) -> None:
        """List what the filter lets through; where the selected one is hidden, select the first.

        Args:
            summaries: The figures.
            targets: The ids of all targets, as they are configured.
            aliases: Name of a model → its target ids at each provider.
            room: The rows that the table has room for, without its header.
            still: Whether the picture is frozen.
        """
        changed = self.listing.update(
            targets,
            aliases,
            self.row_query,
            summaries,
            all_fit=self.all_fit,
            still=still,
            at=self.read_clock(),
            folded=self.folded,
            cursor=self._cursor() if self._chosen else None,
        )
        self.listed = self.listing.listed
        rows = len(self.listed) + sum(block.group is not None for block in self.listing.blocks)
        start_folded = starts_folded(len(targets), rows, room)
        self.folded = self.folding.keys(self.listing.groups, start_folded=start_folded)
        self.rows = self.listing.rows(self.folded)
        worst_first = self.row_query.order(all_fit=self.all_fit) == WORST_FIRST
        if changed and worst_first and not self._chosen:
            self._select_first()
        self._keep_selection(summaries)

    def _cursor(self) -> Cursor | None:
        window = self.table.row_window
        key = window.held_key or self.selected_key
        index = next((at for at, row in enumerate(self.rows) if row.key == key), None)
        if key is None or index is None:
            return None
        return Cursor(key, index, window.first_row, window.height)

    def _select_first(self) -> None:
        """Select the first target; a group's row where all are folded."""
        row = next((row for row in self.rows if row.target is not None), None)
        row = row or next(iter(self.rows), None)
        if row is not None:
            self._set_selected(row)

    def _keep_selection(self, summaries: Summaries) -> None:
        """Have a row selected that is listed."""
        by_key = {row.key: row for row in self.rows}
        if self.selected_group not in by_key:
            self.set_reactive(TargetListScreen.selected_group, None)
            if self.selected not in by_key:
                folded = self._group_of(self.selected) if self.selected in self.listed else None
                if folded is None:
                    self._select_first()
                else:
                    self.set_reactive(TargetListScreen.selected_group, folded)
        group = by_key[self.selected_group].group if self.selected_group in by_key else None
        if group is not None:
            listed = set(self.listed)
            members = summaries.of_group(group).members
            worst = next((s.target for s in members if s.target in listed), group.targets[0])
            self.set_reactive(TargetListScreen.selected, worst)

    def _group_of(self, target: str | None) -> str | None:
        found = (group.key for group in self.listing.groups if target in group.targets)
        return next(found, None)

    @property
    def selected_key(self) -> str | None:
        """The key of the selected row."""
        return self.selected_group or self.selected

    def group_selected(self, summaries: Summaries) -> GroupSummary | None:
        """Return the state of the group whose row is selected; None where a target's is."""
        found = (row.group for row in self.rows if row.key == self.selected_group)
        group = next(found, None)
        return None if group is None else summaries.of_group(group)

    def filter_badge(self, source: Source) -> str | None:
        """Return the badge for rows that a filter hides; None where none is hidden."""
        words = self.row_query.words.strip()
        return f"/{words} {len(self.listed)} of {len(source.targets())}" if words else None

    def watch_selected(self) -> None:
        """Show another target's detail."""
        self.set_reactive(TargetListScreen.selected_group, None)
        self.changed()

    def watch_chosen_columns(self) -> None:
        """Show other columns."""
        self.changed()

    def watch_row_query(self) -> None:
        """List the rows anew: at once, for the next key may already be waiting."""
        if self.view is not None:
            self.relist()
        self.changed()

    def watch_folding(self) -> None:
        """List the rows anew."""
        self.watch_row_query()

    def on_key(self, _event: events.Key) -> None:
        """Keep the rows where they are while somebody is at the keys."""
        self._chosen = True
        self.listing.key_pressed(self.read_clock())

    # ── keys ─────────────────────────────────────────────────────────────────

    def select_row(self, row: Row) -> None:
        """Select a row."""
        self._chosen = True
        self.table.row_window.follow_selected()
        self._set_selected(row)
        self.changed()

    def _set_selected(self, row: Row) -> None:
        # The group's worst target may be the one that is selected next: no watcher would be called.
        key = None if row.target is not None else row.key
        self.set_reactive(TargetListScreen.selected_group, key)
        if row.target is not None:
            self.set_reactive(TargetListScreen.selected, row.target)

    def action_move(self, step: int) -> None:
        """Select another row."""
        if self.rows:
            keys = [row.key for row in self.rows]
            at = keys.index(self.selected_key) if self.selected_key in keys else 0
            self.select_row(self.rows[max(0, min(len(keys) - 1, at + step))])

    def action_page(self, pages: int) -> None:
        """Select a row a screen further down, or up where `pages` is negative."""
        self.table.row_window.follow_selected(pages=pages)
        self.action_move(pages * self.table.row_window.page_step)

    def action_next_failing(self, step: int) -> None:
        """Select the next target that is down or degraded, or the one before; its group unfolds."""
        summaries = self.relist()
        order = self.listed
        block = next((b for b in self.listing.blocks if self._is_selected(b.group)), None)
        if block is not None:
            at = order.index(block.targets[0]) - (step > 0)
        else:
            at = order.index(self.selected) if self.selected in order else -1
        ring = [order[(at + step * n) % len(order)] for n in range(1, len(order) + 1)]
        target = next((name for name in ring if summaries.of(name).status in FAILING), None)
        if target is None:
            what = "in this list is failing" if self.row_query.words.strip() else "is failing"
            self.notify(f"no target {what}", timeout=2)
            return
        key = self._group_of(target)
        if key is not None and key in self.folded:
            self.folding = self.folding.with_group(key, unfold=True)
        self.select_row(next(row for row in self.rows if row.target == target))

    def _is_selected(self, group: object) -> bool:
        return group is not None and getattr(group, "key", None) == self.selected_group

    def action_group(self) -> None:
        """Group the rows by what comes next: provider, model, nothing."""
        self.row_query = self.row_query.grouped_by_next(self._targets())
        by = self.row_query.group_by
        self.notify("not grouped" if by == "none" else f"grouped by {by}", timeout=2)

    def _targets(self) -> Sequence[str]:
        return self.view.source.targets() if self.view is not None else ()

    def action_fold(self, unfold: int) -> None:
        """Fold the group under the cursor, or unfold it."""
        key = self.selected_group or self._group_of(self.selected)
        if key is not None:
            self.folding = self.folding.with_group(key, unfold=bool(unfold))

    def toggle_fold(self) -> None:
        """Fold the selected group, or unfold it."""
        self.action_fold(self.selected_group in self.folded)

    def action_worst_first(self) -> None:
        """Order the rows by how bad they are, or as they are configured where they are."""
        worst = self.row_query.order(all_fit=self.all_fit) == WORST_FIRST
        column = AS_CONFIGURED if worst and not self.row_query.reverse else WORST_FIRST
        self._sort(replace(self.row_query, column=column, reverse=False))
        self.notify("config order" if column == AS_CONFIGURED else "worst first", timeout=2)

    def action_sort(self) -> None:
        """Sort the rows by the next column."""
        columns = [column.key for column in self.table.columns]
        self._sort(self.row_query.sorted_by_next(columns))

    def _sort(self, query: RowQuery) -> None:
        """Sort the rows, and show the first of them, where not all are in sight."""
        self.row_query = query
        if len(self.rows) > self.table.row_window.height:
            self._select_first()
            self.table.row_window.follow_selected()
            self.changed()

    def action_columns(self) -> None:
        """Choose the columns and their order."""
        from relaytop.tui.screens.column_picker import (  # noqa: PLC0415 - after first paint
            DEFAULT,
            ColumnPicker,
        )

        def keep(chosen: tuple[str, ...] | None) -> None:
            if chosen is not None:
                self.chosen_columns = None if chosen == DEFAULT else chosen

        if self.view is not None:
            self.app.push_screen(ColumnPicker(self.chosen_columns, self.view.glyphs), keep)

    def action_reverse(self) -> None:
        """Reverse the sort order."""
        self._sort(replace(self.row_query, reverse=not self.row_query.reverse))

    def on_target_table_picked(self, message: TargetTable.Picked) -> None:
        """Select the row that was clicked."""
        self.listing.key_pressed(self.read_clock())
        self.select_row(message.row)

    def on_target_table_wheeled(self) -> None:
        """Keep the rows where they are while somebody scrolls them."""
        self._chosen = True
        self.listing.key_pressed(self.read_clock())

    def on_target_table_sorted(self, message: TargetTable.Sorted) -> None:
        """Sort the rows by the column that was clicked, or reverse them."""
        column = message.column
        if column.key in SORTABLE:
            self._sort(self.row_query.sorted_by(column.key, all_fit=self.all_fit))
        else:
            self.notify(f"cannot sort by {column.title}", timeout=2, markup=False)
