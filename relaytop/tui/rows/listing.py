"""The rows as they are listed: they keep still while one reads."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from relaytop.tui.rows.blocks import hold_in_place
from relaytop.tui.rows.filter import parse_filter
from relaytop.tui.rows.order import ordered_blocks

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from relaytop.monitor.group import Group
    from relaytop.tui.rows.blocks import Block, Cursor, Row
    from relaytop.tui.rows.query import RowQuery
    from relaytop.tui.rows.summaries import Summaries

STILL_S = 5.0
"""Between two changes of the order, and after a key."""


class RowListing:
    """The listed targets and their order, which changes at once where the user asks for another.

    Else it is taken anew at most every `STILL_S`, and not within so long after a key; the selected
    row stays where it is.
    """

    def __init__(self) -> None:
        self.groups: Sequence[Group] = ()
        """The groups that have a row of their own."""
        self.blocks: Sequence[Block] = ()
        self._ordered_at = -math.inf
        self._key_at = -math.inf
        self._asked: object = None
        self._rows_of: tuple[object, object] = (None, None)
        self._rows: Sequence[Row] = ()

    def key_pressed(self, at: float) -> None:
        """Note that somebody is at the keys (steady seconds)."""
        self._key_at = at

    def update(
        self,
        targets: Sequence[str],
        aliases: Mapping[str, Sequence[str]],
        query: RowQuery,
        summaries: Summaries,
        *,
        all_fit: bool,
        still: bool,
        at: float,
        folded: Collection[str],
        cursor: Cursor | None,
    ) -> bool:
        """List what the filter lets through; return whether the order was taken anew.

        Args:
            targets: The ids of all targets, as they are configured.
            aliases: Name of a model → its target ids at each provider.
            query: The filter, the groups and the order.
            summaries: The figures.
            all_fit: Whether all rows have room.
            still: Whether the picture is frozen.
            at: Steady seconds of whoever reads.
            folded: The keys of folded groups.
            cursor: The row that stays where it is; None: none does.
        """
        column = query.order(all_fit=all_fit)
        asked = (tuple(targets), aliases, query, column)
        new = asked != self._asked
        quiet_s = min(at - self._ordered_at, at - self._key_at)
        if not new and (still or quiet_s < STILL_S):
            return False
        if new:
            self.groups = query.groups(targets, aliases)
        self._asked, self._ordered_at = asked, at
        found = parse_filter(query.words)
        listed = [name for name in targets if found.matches(name, partial(summaries.of, name))]
        blocks = ordered_blocks(listed, self.groups, column, summaries, reverse=query.reverse)
        if cursor is not None and not new:
            self.blocks = hold_in_place(blocks, cursor, folded)
        else:
            self.blocks = blocks
        return True

    @property
    def listed(self) -> list[str]:
        """The ids of the listed targets in their order, those of folded groups too."""
        return [target for block in self.blocks for target in block.targets]

    def rows(self, folded: Collection[str]) -> Sequence[Row]:
        """Return the rows of the table."""
        if self._rows_of[0] is not self.blocks or self._rows_of[1] != folded:
            self._rows_of = (self.blocks, folded)
            self._rows = [row for block in self.blocks for row in block.rows(folded)]
        return self._rows
