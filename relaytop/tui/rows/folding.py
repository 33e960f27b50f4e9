"""The groups of which only their own row is listed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.monitor.group import Group

MANY_TARGETS = 200
"""From so many on groups start folded where not all rows have room."""


@dataclass(frozen=True, slots=True)
class Folding:
    """The user's choice of folded groups; without one it depends on how many rows there are."""

    folded: frozenset[str] = frozenset()
    """The keys of the groups that the user folded."""
    unfolded: frozenset[str] = frozenset()
    """The keys of those that the user unfolded where groups start folded."""

    def with_group(self, key: str, *, unfold: bool) -> Folding:
        """Return the choice with a group folded, or unfolded."""
        if unfold:
            return replace(self, folded=self.folded - {key}, unfolded=self.unfolded | {key})
        return replace(self, folded=self.folded | {key}, unfolded=self.unfolded - {key})

    def keys(self, groups: Iterable[Group], *, start_folded: bool) -> frozenset[str]:
        """Return the keys of the groups that are folded.

        Args:
            groups: Those that have a row.
            start_folded: Whether those are folded that the user has not unfolded.
        """
        if not start_folded:
            return self.folded
        return self.folded | ({group.key for group in groups} - self.unfolded)


def starts_folded(targets: int, rows: int, room: int) -> bool:
    """Return whether groups start folded.

    Args:
        targets: How many there are, listed or not.
        rows: The rows that are listed while no group is folded.
        room: The rows that the table has room for.
    """
    return targets >= MANY_TARGETS and rows > room
