"""Exceedance tests of the tail: paired differences of what lies beyond a pooled threshold.

The threshold is a quantile of both sides' replies in one sample, so it does not depend on which
side a reply is of, and a permutation changes no more than the signs of the differences. Null
hypothesis: the sides are equal. Two scores are tested at each threshold: the excess over it (as in
the peaks-over-threshold method, Balkema and de Haan 1974; Pickands 1975), which finds a tail that
reaches farther; and the excess plus the mean excess for every exceedance, which finds a tail that
holds more replies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.jobs.shadow.arrays import Floats

TAIL = "tail"
TAIL_MIN_ROUNDS = 20
"""Rounds below which there is no slowest tenth to speak of."""
TAIL_FRACTIONS = (5, 10, 20, 40)
"""The tail is the slowest fifth, tenth, … of both sides' replies."""
MIN_EXCEEDANCES = 5
"""Replies of which a tail must consist at least."""
MAX_WEIGHT = 3.0
MAX_WEIGHT_ROUNDS = 180
_NEGLIGIBLE = 1e-12


def tail_differences(a: Sequence[float] | Floats, b: Sequence[float] | Floats) -> dict[str, Floats]:
    """Return test → b's score − a's by round, shape (rounds,).

    Args:
        a: One side's log latencies without the prompts' effect, shape (rounds,).
        b: The other's.
    """
    sides = np.stack([a, b])
    pooled = np.sort(sides, axis=None)
    found: dict[str, Floats] = {}
    for fraction in TAIL_FRACTIONS:
        k = round(len(pooled) / fraction)
        if k < MIN_EXCEEDANCES:
            break
        threshold = pooled[-k - 1]
        mean_excess = (pooled[-k:] - threshold).mean()
        if mean_excess < _NEGLIGIBLE:
            continue
        excess = np.maximum(sides - threshold, 0.0)
        count = mean_excess * (sides > threshold)
        found[f"{TAIL}_excess_{fraction}"] = excess[1] - excess[0]
        found[f"{TAIL}_count_{fraction}"] = (excess + count)[1] - (excess + count)[0]
    return found


def tail_weight(rounds: int) -> float:
    """Return the share of the error that each test of the tail has, relative to the others.

    A tail is the hardest to see: of 200 rounds it is told by 20. Twenty rounds hardly have one, and
    there it must not take from the tests that do see something.
    """
    return MAX_WEIGHT * min(1.0, rounds / MAX_WEIGHT_ROUNDS)
