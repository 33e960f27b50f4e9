"""Minimum detectable effect: the smallest difference that a run would probably have found.

A difference is put into the run's own rounds, from which what the sides differ by has been taken
out, and the tests are made of them. The smallest one is told whose test is significant with a
probability of `POWER` (Cohen, Statistical Power Analysis, 1988). A test's statistic over its
standard deviation in the permutations, z, can be no more than z_max, that of a difference which
goes one way in each block; its own standard deviation is (1 − z² / z_max²)^(3/2), by the delta
method. What the run itself shows of its noise is uncertain, the more so the fewer blocks there are:
`MARGIN` is added for it, so that what is told is found in 7 to 9 of 10 simulated runs.
"""

from __future__ import annotations

import math
from functools import partial
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from relaytop.jobs.shadow.tail_test import tail_differences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.jobs.shadow.arrays import Floats

    Rows = Callable[[float], Sequence[Sequence[Floats]]]
    """A relative difference → test → b − a by round, shape (rounds,), in one or several ways."""

POWER = 0.8
SLOWEST = 0.9
"""The slowest tenth is slower, so P95 is as much."""
MAX_RELATIVE = 9.0
"""Ten times as much is the largest difference that is tried."""
MARGIN = 3.0
"""Of the difference, divided by the number of blocks (of the tail, those of the slowest tenth)."""
MIN_BLOCKS = 2
"""Of the slowest tenth, too: below it nothing is told."""
_MIN_RELATIVE = 1e-4
_STEPS = 14
_POWER_Z = NormalDist().inv_cdf(POWER)


def detectable_times(
    logs: tuple[Floats, Floats], block_rounds: int, critical_z: float, *, tail: bool = False
) -> float | None:
    """Return by what share one side would have to be slower; None if ten times is not enough.

    Args:
        logs: Both sides' log times without the prompts' effect, shape (rounds,).
        block_rounds: Consecutive rounds that depend on one another.
        critical_z: Standard deviations that a test must reach.
        tail: Whether the slowest tenth alone is slower, and tests of the tail must find it.
    """
    blocks = len(logs[0]) * (1 - SLOWEST if tail else 1) / block_rounds
    if blocks < MIN_BLOCKS:
        return None
    a, b = (side - side.mean() for side in logs)
    found = _smallest(partial(_slower, a, b, tail=tail), block_rounds, critical_z)
    return _with_margin(found, blocks)


def detectable_mean(differences: Floats, block_rounds: int, critical_z: float) -> float | None:
    """Return by how much a mean would have to differ, in the unit of the differences.

    Args:
        differences: b − a by round, shape (rounds,).
        block_rounds: Consecutive rounds that depend on one another.
        critical_z: Standard deviations that its test must reach.
    """
    centred = differences - differences.mean()
    scale = float(centred.std()) or 1.0
    found = _smallest(lambda x: [[centred / scale + x]], block_rounds, critical_z)
    with_margin = _with_margin(found, len(centred) / block_rounds)
    return None if with_margin is None else scale * with_margin


def detectable_share(
    rate: float, differences: Floats, block_rounds: int, critical_z: float
) -> float:
    """Return the minimum detectable difference of two shares, such as of success.

    The test statistic is (y − x) / √(x + y), of x and y events on the two sides. Its variance is
    1 − ¾ r², where r = (y − x) / (x + y), by the delta method for two Poisson counts. So it can be
    told where no event was seen at all.

    Args:
        rate: Events a round and side, such as failures.
        differences: b − a by round, shape (rounds,).
        block_rounds: Consecutive rounds that depend on one another.
        critical_z: Standard deviations that the test must reach.
    """
    rounds = len(differences)
    centred = differences - differences.mean()
    sums = np.add.reduceat(centred, np.arange(0, rounds, block_rounds))
    alone = float((centred**2).sum())
    variance_ratio = max(1.0, float((sums**2).sum()) / alone) if alone and block_rounds > 1 else 1.0
    deviation, found = 1.0, 0.0
    for _ in range(3):
        z = critical_z + _POWER_Z * deviation
        unit = z * z * variance_ratio / rounds
        found = (unit + math.sqrt(unit * unit + 8 * rate * unit)) / 2
        deviation = math.sqrt(1 - 0.75 * (found / (2 * rate + found)) ** 2)
    continuity = 1 / rounds
    return min(1.0, found + continuity)


def _with_margin(found: float | None, blocks: float) -> float | None:
    return None if found is None else found * (1 + MARGIN / blocks)


def _slower(a: Floats, b: Floats, relative: float, *, tail: bool) -> list[list[Floats]]:
    """Return test → the differences with b slower, and those with a slower, the other way round."""
    step = math.log1p(relative)
    if not tail:
        return [[b - a + step]]
    slow_a, slow_b = (side + step * (side > np.quantile(side, SLOWEST)) for side in (a, b))
    ways = tail_differences(a, slow_b), tail_differences(b, slow_a)
    return [[way[test] for way in ways] for test in ways[0].keys() & ways[1].keys()]


def _smallest(rows: Rows, block_rounds: int, critical_z: float) -> float | None:
    """Return the smallest relative difference that is detected, by bisection of its logarithm."""
    low, high = math.log(_MIN_RELATIVE), math.log(MAX_RELATIVE)
    if not _detected(rows(MAX_RELATIVE), block_rounds, critical_z):
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _detected(rows(math.exp(middle)), block_rounds, critical_z):
            high = middle
        else:
            low = middle
    return math.exp(high)


def _detected(tests: Sequence[Sequence[Floats]], block_rounds: int, critical_z: float) -> bool:
    """Return whether any test would be significant with a probability of `POWER`."""
    for ways in tests:
        rows = np.stack(ways)
        sums = np.add.reduceat(rows, np.arange(0, rows.shape[1], block_rounds), axis=1)
        root = np.sqrt((sums**2).sum(axis=1))
        if not root.all():
            continue
        z = float((sums.sum(axis=1) / root).mean())
        z_max = float((np.abs(sums).sum(axis=1) / root).mean())
        deviation = math.pow(1 - min(1.0, (z / z_max) ** 2), 1.5)
        if z - _POWER_Z * deviation >= critical_z:
            return True
    return False
