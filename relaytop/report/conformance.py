"""The table of a check's features: one row a feature, one column a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.report.blocks import Lines, Table, columns
from relaytop.report.cells import wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.jobs.check.conformance import Conformance
    from relaytop.report.blocks import Block

TARGETS = 3
"""Columns of one table; more targets have a table each three."""
WORDS = {
    "pass": "works",
    "fail": "FAILS",
    "refused": "not supported",
    "unknown": "unclear",
    "skipped": "skipped",
}


def conformance_blocks(conformance: Sequence[Conformance], width: int | None = None) -> list[Block]:
    """Return the tables, and what is behind each outcome that is not a plain one.

    Args:
        conformance: Target by target.
        width: Cells of a line; None: all of it in one.
    """
    targets = list(dict.fromkeys(each.target for each in conformance))
    blocks: list[Block] = []
    for start in range(0, len(targets), TARGETS):
        shown = targets[start : start + TARGETS]
        blocks.append(_table(conformance, shown))
    reasons = [
        line
        for each in conformance
        if each.meaning and each.outcome != "skipped"
        for line in wrap(
            f"{each.target}: {each.feature} {WORDS[each.outcome]}: {each.meaning}", width
        )
    ]
    return [*blocks, Lines(reasons)] if reasons else blocks


def _table(conformance: Sequence[Conformance], targets: Sequence[str]) -> Table:
    outcomes = {(each.feature, each.target): each.outcome for each in conformance}
    features = dict.fromkeys(each.feature for each in conformance if each.target in targets)
    rows = [
        (feature, *(_word(outcomes.get((feature, target))) for target in targets))
        for feature in features
    ]
    titles = ("feature", *targets)
    return Table(columns(*titles, left=titles), rows)


def _word(outcome: str | None) -> str:
    return "" if outcome is None else WORDS[outcome]
