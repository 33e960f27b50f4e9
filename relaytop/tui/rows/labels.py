"""Names of the rows: without the prefix that the group's row has, and told from one another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from relaytop.config.target_id import PLACE_MARK, split_target
from relaytop.tui.draw.names import least_width, short_names, without_common_provider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.monitor.group import Group
    from relaytop.tui.rows.blocks import Row

INDENT = 2
"""Cells before the name of a target in a group, and of a group's fold sign."""
ALONE_INDENT = 1
"""Cells before the name of any other target: an alert's mark, which may be a letter, is before."""
_GROUPS, _ALONE = "groups", "alone"


@dataclass(frozen=True, slots=True)
class Labels:
    """The name of each row."""

    _siblings: Mapping[str, Mapping[str, str]]
    """Key of a group → key of each row in it → its name, to be told from the others'."""
    _bare: Mapping[str, str]
    """The names of those in no group without their provider, where all have the same."""
    least: int
    """Cells in which all can be told from one another."""
    longest: int
    """Cells in which all are whole."""

    def target_name(self, row: Row, width: int, column_width: int) -> str:
        """Return the name of a target's row behind its indent. Arguments as `short`."""
        indent = ALONE_INDENT if row.group is None else INDENT
        return " " * indent + self.short(row, width - indent, column_width)

    def short(self, row: Row, width: int, column_width: int) -> str:
        """Return the name of a row in at most `width` cells, without its indent.

        Args:
            row: A row.
            width: Cells for its name.
            column_width: Cells of the column, the same for all rows: of their names either all
                have the provider or none, whatever marks stand behind one.
        """
        if row.target is None:
            names = self._siblings[_GROUPS]
        elif row.group is not None:
            names = self._siblings[row.group.key]
        else:
            names = self._siblings[_ALONE]
            if any(ALONE_INDENT + len(name) > column_width for name in names.values()):
                names = self._bare
        return short_names(tuple(names.values()), width)[names[row.key]]


@lru_cache(maxsize=4)
def make_labels(targets: tuple[str, ...], groups: tuple[Group, ...]) -> Labels:
    """Return the names of these targets' rows, and of their groups'."""
    siblings: dict[str, Mapping[str, str]] = {group.key: names_in(group) for group in groups}
    siblings[_GROUPS] = {group.key: group.name for group in groups}
    grouped = {target for group in groups for target in group.targets}
    alone = tuple(target for target in targets if target not in grouped)
    siblings[_ALONE] = {target: target for target in alone}
    bare = siblings[_ALONE] if groups else without_common_provider(alone)
    widths = []
    for key, names in siblings.items():
        told_apart = tuple(bare.values() if key == _ALONE else names.values())
        longest = max(map(len, names.values()), default=0)
        indent = ALONE_INDENT if key == _ALONE else INDENT
        widths.append((least_width(told_apart), longest, indent))
    least = max(low + indent for low, _high, indent in widths)
    return Labels(siblings, bare, least, max(high + indent for _low, high, indent in widths))


def names_in(group: Group) -> Mapping[str, str]:
    """Return target id → what tells it from the others of its group.

    That is the model among those of a provider, the provider among those of a model, and the place
    where several probe the same.
    """
    if group.key.startswith("place:"):
        return {target: target.removesuffix(PLACE_MARK + group.name) for target in group.targets}
    if group.key.startswith("provider:"):
        return {target: target.partition("/")[2] for target in group.targets}
    counts = Counter(_without_model(target) for target in group.targets)
    return {target: _of_model(target, counts) for target in group.targets}


def _of_model(target: str, counts: Mapping[str, int]) -> str:
    name = _without_model(target)
    return name if counts[name] == 1 else target


def _without_model(target: str) -> str:
    provider, _model, place = split_target(target)
    return f"{provider}{PLACE_MARK}{place}" if place else provider
