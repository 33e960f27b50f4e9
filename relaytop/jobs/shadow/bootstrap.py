"""How far a difference may be off: rounds drawn again with replacement, both sides together."""

from __future__ import annotations

import dataclasses
import math
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    Values = Sequence[float]

RESAMPLES = 10_000
CERTAINTY = 0.95


@dataclasses.dataclass(frozen=True, slots=True)
class Sides:
    """Both sides' values of one kind, by round, and what is asked of them."""

    a: Values
    b: Values
    statistics: Mapping[str, Callable[[Values], float]]
    """Figure → what it is of one side's values."""
    ordered: bool = False
    """Whether the statistics need the values sorted."""


def percentile(ordered: Values, share: float) -> float:
    """Return a percentile of sorted values, linear-interpolated."""
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def intervals(
    kinds: Sequence[Sides], random_: random.Random, resamples: int = RESAMPLES
) -> dict[str, tuple[float, float]]:
    """Return figure → the 95 % interval of b − a, by the percentile bootstrap.

    A round is drawn as a whole, so what both sides share (the prompt, the hour) stays shared.

    Args:
        kinds: What to draw from; all of the same rounds, of which there is at least one.
        random_: Draws the rounds.
        resamples: How often.
    """
    # Drawing from a range takes half as long again.
    places = list(range(len(kinds[0].a)))
    found: dict[str, list[float]] = {name: [] for kind in kinds for name in kind.statistics}
    for _ in range(resamples):
        drawn = random_.choices(places, k=len(places))
        # A single index would give the value itself instead of a tuple.
        pick = itemgetter(*drawn) if len(drawn) > 1 else _all
        for kind in kinds:
            a, b = pick(kind.a), pick(kind.b)
            if kind.ordered:
                a, b = sorted(a), sorted(b)
            for name, statistic in kind.statistics.items():
                found[name].append(statistic(b) - statistic(a))
    return {name: _middle(values) for name, values in found.items()}


def _all(values: Values) -> Values:
    return values


def _middle(values: list[float]) -> tuple[float, float]:
    values.sort()
    rest = (1 - CERTAINTY) / 2
    return percentile(values, rest), percentile(values, 1 - rest)
