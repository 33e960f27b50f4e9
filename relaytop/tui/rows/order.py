"""The order of the rows by the column that is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor.group import WORST_FIRST as STATUSES
from relaytop.tui.rows.blocks import Block, make_blocks
from relaytop.tui.rows.query import AS_CONFIGURED, WORST_FIRST
from relaytop.tui.rows.sort_keys import SORT_KEYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.group import Group
    from relaytop.tui.rows.summaries import Summaries


def ordered_blocks(
    targets: Sequence[str],
    groups: Sequence[Group],
    column: str,
    summaries: Summaries,
    *,
    reverse: bool = False,
) -> list[Block]:
    """Return the blocks of these targets in their order, each group by the first of its targets.

    Args:
        targets: The ids of those that are listed, as they are configured.
        groups: The groups that have a row of their own.
        column: The key of the order: a column's, or `config`.
        summaries: The figures by which they are sorted.
        reverse: Whether the order is reversed; what is unknown stays last.
    """
    blocks = make_blocks(_sorted(targets, column, summaries, reverse=reverse), groups)
    if column == WORST_FIRST:
        # A group that is down is worse than one of which a target is, whatever their figures.
        ranks = [STATUSES.index(_status(block, summaries)) for block in blocks]
        order = sorted(range(len(blocks)), key=lambda at: -ranks[at] if reverse else ranks[at])
        blocks = [blocks[at] for at in order]
    return blocks


def _status(block: Block, summaries: Summaries) -> str:
    if block.group is None:
        return summaries.of(block.targets[0]).health
    return summaries.of_group(block.group).health


def _sorted(
    targets: Sequence[str], column: str, summaries: Summaries, *, reverse: bool
) -> list[str]:
    if column == AS_CONFIGURED:
        return list(targets[::-1] if reverse else targets)
    if column == "target":
        return sorted(targets, reverse=reverse)
    if column == WORST_FIRST:
        worst_first = sorted(targets, key=summaries.severity)
        return worst_first[::-1] if reverse else worst_first
    figure = SORT_KEYS[column]
    values = {name: figure(summaries.of(name), summaries.now) for name in targets}
    known = [name for name in targets if values[name] is not None]
    known.sort(key=lambda name: values[name] or 0.0, reverse=not reverse)
    return known + [name for name in targets if values[name] is None]
