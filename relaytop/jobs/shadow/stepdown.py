"""Many tests of one comparison, judged together."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DIGITS = 9
"""What is alike so far is a tie: the order in which one adds up must decide nothing."""


def stepdown(runs: Mapping[str, Sequence[float]], weights: Mapping[str, float]) -> dict[str, float]:
    """Return test → the probability that chance shows as much in any of them, the strongest first.

    Every value is put in its test's own standard deviations over all runs, so that tests of any
    unit can stand side by side, and from there on a probability, as if it were normal. That it is
    not quite normal makes no difference to how often equal sides are told apart, since the smallest
    probability of each run, not a table, says what chance can do.

    Tests are taken down step by step (Westfall and Young): the one that stands out most is held
    against all, the next against those that are left, and none is found before one that stands out
    more.

    Args:
        runs: Test → its value as seen, and then in each run of chance.
        weights: Test → its part of the error, in relation to the others; 1 where it is not named.
    """
    rare = {name: _rarity(values, weights.get(name, 1.0)) for name, values in runs.items()}
    order = sorted(rare, key=lambda name: rare[name][0])
    least: list[float] = []
    alone: dict[str, float] = {}
    for name in reversed(order):
        least = list(map(min, least, rare[name])) if least else rare[name]
        seen = rare[name][0]
        alone[name] = sum(one <= seen for one in least) / len(least)
    return dict(zip(order, accumulate((alone[name] for name in order), max), strict=True))


def _rarity(values: Sequence[float], weight: float) -> list[float]:
    scale = math.sqrt(2 * sum(v * v for v in values) / len(values))
    if scale == 0:
        return [1.0 / weight] * len(values)
    return [math.erfc(round(abs(v) / scale, _DIGITS)) / weight for v in values]
