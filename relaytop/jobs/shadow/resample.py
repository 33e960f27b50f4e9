"""How far a difference may be off: rounds drawn again with replacement, both sides together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    Values = Sequence[float]

RESAMPLES = 10_000
CERTAINTY = 0.95


def percentile(ordered: Values, share: float) -> float:
    """Return a percentile of sorted values, linear-interpolated."""
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def intervals(
    sides: tuple[Values, Values],
    statistics: Mapping[str, Callable[[Values], float]],
    random_: random.Random,
    resamples: int = RESAMPLES,
) -> dict[str, tuple[float, float]]:
    """Return figure → the 95 % interval of b − a, by the percentile bootstrap.

    A round is drawn as a whole, so what both sides share (the prompt, the hour) stays shared.

    Args:
        sides: Both sides' values, by round; at least one.
        statistics: Figure → what it is of one side's sorted values.
        random_: Draws the rounds.
        resamples: How often.
    """
    rounds = list(zip(*sides, strict=True))
    found: dict[str, list[float]] = {name: [] for name in statistics}
    for _ in range(resamples):
        a, b = map(sorted, zip(*random_.choices(rounds, k=len(rounds)), strict=True))
        for name, statistic in statistics.items():
            found[name].append(statistic(b) - statistic(a))
    return {name: _middle(values) for name, values in found.items()}


def mean_interval(
    differences: Values, random_: random.Random, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Return the 95 % interval of a mean difference by round; as `intervals`, without sorting."""
    n = len(differences)
    return _middle([sum(random_.choices(differences, k=n)) / n for _ in range(resamples)])


def _middle(values: list[float]) -> tuple[float, float]:
    values.sort()
    rest = (1 - CERTAINTY) / 2
    return percentile(values, rest), percentile(values, 1 - rest)
