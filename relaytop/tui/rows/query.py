"""The user's choice of the table's rows: a filter, groups and an order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from relaytop.config.target_id import split_target
from relaytop.monitor.group import group_by_model, group_by_place, group_by_provider
from relaytop.tui.rows.sort_keys import SORTABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.monitor.group import Group

GroupBy = Literal["place", "provider", "model", "none"]
GROUP_BY: Sequence[GroupBy] = ("place", "provider", "model", "none")
WORST_FIRST = "status"
AS_CONFIGURED = "config"
LEAST_MEMBERS = 2
"""A group of one target would say the same twice."""


@dataclass(frozen=True, slots=True)
class RowQuery:
    """The choice of the table's rows."""

    words: str = ""
    """The filter, as it was typed; see `filter.py`."""
    column: str | None = None
    """The key of the column that they are sorted by; `config`: as they are configured; None: so
    while all have room, else the worst first."""
    reverse: bool = False
    group_by: GroupBy | None = None
    """None: by place or provider where there are several."""

    def sorted_by_next(self, columns: Sequence[str]) -> RowQuery:
        """Return the query sorted by the next of these columns; after the last as at the start."""
        keys = [key for key in columns if key in SORTABLE]
        at = keys.index(self.column) + 1 if self.column in keys else 0
        return replace(self, column=keys[at] if at < len(keys) else None, reverse=False)

    def sorted_by(self, column: str, *, all_fit: bool) -> RowQuery:
        """Return the query sorted by a column; where it is already, in reverse."""
        reverse = self.order(all_fit=all_fit) == column and not self.reverse
        return replace(self, column=column, reverse=reverse)

    def order(self, *, all_fit: bool) -> str:
        """Return the key of the order in force; `all_fit`: whether all rows have room."""
        return self.column or (AS_CONFIGURED if all_fit else WORST_FIRST)

    def grouping(self, targets: Sequence[str]) -> GroupBy:
        """Return by what these targets are grouped."""
        if self.group_by == "place" and not _has_places(targets):
            return "provider"
        if self.group_by is not None:
            return self.group_by
        if _has_places(targets):
            return "place"
        several = len({split_target(target).provider for target in targets}) > 1
        return "provider" if several else "none"

    def groups(self, targets: Sequence[str], aliases: Mapping[str, Sequence[str]]) -> list[Group]:
        """Return the groups that have a row of their own; a target alone in its own has none."""
        match self.grouping(targets):
            case "place":
                found = group_by_place(targets)
            case "provider":
                found = group_by_provider(targets)
            case "model":
                found = group_by_model(targets, aliases)
            case _:
                found = []
        return [group for group in found if len(group.targets) >= LEAST_MEMBERS]

    def grouped_by_next(self, targets: Sequence[str]) -> RowQuery:
        """Return the query grouped by what comes next: place, provider, model, nothing."""
        choices = GROUP_BY if _has_places(targets) else GROUP_BY[1:]
        at = choices.index(self.grouping(targets)) + 1
        return replace(self, group_by=choices[at % len(choices)])


def _has_places(targets: Sequence[str]) -> bool:
    return any(split_target(target).place for target in targets)
