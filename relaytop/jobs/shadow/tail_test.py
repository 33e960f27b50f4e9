"""Whose replies make up the slow end: tests in which every round has its say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TAIL_NEEDS = 20
"""Rounds below which there is no slowest tenth to speak of."""
PARTS = (5, 10, 20, 40)
"""The slow end is the slowest fifth, tenth, … of both sides' replies."""
LEAST = 5
"""Replies of which a slow end must consist at least."""
MOST_WEIGHT = 3.0
FULL_WEIGHT = 180
_SAME = 1e-12


def tail_steps(a: Sequence[float], b: Sequence[float]) -> dict[str, list[float]]:
    """Return test → by how much b has more part in the slow end than a, by round.

    The replies of both sides are put in one row, and its slow end is cut off. A reply's part in it
    is how far it lies beyond the cut, or that and the mean of it for being there at all: the one
    finds a tail that reaches farther, the other one that has more in it. The cut is the same
    whichever side a reply is of, so that swapping sides changes no more than signs, and no round
    weighs more in one run of chance than in another.

    Args:
        a: One side's evened log latencies, by round.
        b: The other's.
    """
    row = sorted([*a, *b])
    found: dict[str, list[float]] = {}
    for part in PARTS:
        k = round(len(row) / part)
        if k < LEAST:
            break
        cut = row[-k - 1]
        mean = sum(v - cut for v in row[-k:]) / k
        if mean < _SAME:
            continue
        for name, there in (("reach", 0.0), ("part", mean)):
            parts = ([there + v - cut if v > cut else 0.0 for v in side] for side in (a, b))
            found[f"tail_{name}_{part}"] = [y - x for x, y in zip(*parts, strict=True)]
    return found


def tail_weight(rounds: int) -> float:
    """Return the part of the error that each test of the tail has, in relation to the others.

    A tail is the hardest to see: of 200 rounds it is told by 20. Twenty rounds hardly have one, and
    there it must not take from the tests that do see something.
    """
    return MOST_WEIGHT * min(1.0, rounds / FULL_WEIGHT)
