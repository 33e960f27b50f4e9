"""Blocks of rows that stay together: a group with its targets, or a target in no group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from relaytop.monitor.group import Group


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    key: str
    """A target's id, or a group's key."""
    target: str | None
    """None: a group's row."""
    group: Group | None = None
    """The group whose row it is, or under which the target is listed."""


@dataclass(frozen=True, slots=True)
class Block:
    """A group and those of its targets that are listed; or a single target."""

    group: Group | None
    targets: tuple[str, ...]

    def rows(self, folded: Collection[str]) -> list[Row]:
        """Return its rows; `folded`: keys of the groups of which only their own row is shown."""
        if self.group is None:
            return [Row(target, target) for target in self.targets]
        own = Row(self.group.key, None, self.group)
        if self.group.key in folded:
            return [own]
        return [own, *(Row(target, target, self.group) for target in self.targets)]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row that is selected, and where it is."""

    key: str
    index: int
    """The number of rows above it in the list."""
    above: int
    """The number of rows that are scrolled out of sight above the first in sight."""
    height: int
    """The number of rows that have room."""


def make_blocks(ordered: Sequence[str], groups: Sequence[Group]) -> list[Block]:
    """Return the blocks of targets in their order, each where the first of its targets is."""
    owner = {target: group for group in groups for target in group.targets}
    members: dict[str, list[str]] = {}
    for target in ordered:
        group = owner.get(target)
        members.setdefault(target if group is None else group.key, []).append(target)
    return [Block(owner.get(found[0]), tuple(found)) for found in members.values()]


def hold_in_place(
    blocks: Sequence[Block], cursor: Cursor, folded: Collection[str]
) -> Sequence[Block]:
    """Return the blocks with the selected row where it was, and the others sorted around it.

    Where the sizes of groups do not permit that, it is as near as they do, within what scrolling
    can make up for: it then stays on its line of the screen.
    """
    own = next((block for block in blocks if _holds(block, cursor.key)), None)
    if own is None:
        return blocks
    at = blocks.index(own)
    others = [block for block in blocks if block is not own]
    in_group = own.group is not None and own.group.key not in folded and own.group.key != cursor.key
    ranks = range(len(own.targets)) if in_group else range(1)
    sizes = [len(block.rows(folded)) for block in others]
    rows = sum(sizes) + len(own.rows(folded))
    least = -cursor.above
    most = max(0, rows - cursor.height) - cursor.above

    def cost(place: tuple[int, int, int]) -> tuple[bool, int, int]:
        slot, _rank, index = place
        moved = index - cursor.index
        return not least <= moved <= most, abs(moved), abs(slot - at)

    slot, rank, _index = min(_places(sizes, ranks, header=in_group), key=cost)
    if in_group:
        rest = [target for target in own.targets if target != cursor.key]
        own = replace(own, targets=(*rest[:rank], cursor.key, *rest[rank:]))
    return [*others[:slot], own, *others[slot:]]


def _holds(block: Block, key: str) -> bool:
    return key in block.targets or (block.group is not None and block.group.key == key)


def _places(sizes: Sequence[int], ranks: range, *, header: bool) -> Iterator[tuple[int, int, int]]:
    """Yield (blocks before its own, targets before it in its own, index of the row) of each place.

    `header`: whether the row is below its group's own.
    """
    before = 0
    for slot in range(len(sizes) + 1):
        for rank in ranks:
            yield slot, rank, before + rank + header
        if slot < len(sizes):
            before += sizes[slot]
