"""Westfall-Young step-down adjustment: p-values of several tests of one comparison.

It bounds the family-wise error, the probability that any test of a true null hypothesis is found,
and minds how the tests depend on one another, since every permutation is of all tests together
(Westfall and Young, Resampling-Based Multiple Testing, 1993, the step-down minP algorithm). Tests
may have unequal shares of the error: a p-value is divided by its test's weight (Genovese, Roeder
and Wasserman 2006).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.jobs.shadow.arrays import Floats

_DIGITS = 9
"""Values alike in so many digits are tied: the order of summation must decide nothing."""
_erfc = np.frompyfunc(math.erfc, 1, 1)


def stepdown(
    statistics: Mapping[str, Sequence[float] | Floats], weights: Mapping[str, float]
) -> dict[str, float]:
    """Return test → its adjusted p-value, the most significant first.

    A value is divided by its test's standard deviation over all permutations, so that tests of any
    unit can be compared, and becomes a two-sided p-value as if it were normal. That it is not quite
    normal makes no difference to the error: the smallest of these in each permutation, not a table,
    is what an observed one is held against.

    The most significant test is held against all, the next against those that are left, and so on;
    no test has a smaller p-value than one that is more significant.

    Args:
        statistics: Test → its values, shape (1 + permutations,), the first as observed.
        weights: Test → its share of the error, relative to the others; 1 where it is not named.
    """
    if not statistics:
        return {}
    names = list(statistics)
    values = np.column_stack([statistics[name] for name in names])
    deviation = np.sqrt((values**2).mean(axis=0))
    deviation[deviation == 0] = 1.0
    scaled = np.round(np.abs(values) / (deviation * math.sqrt(2)), _DIGITS)
    weighted = _erfc(scaled).astype(float) / [weights.get(name, 1.0) for name in names]
    order = np.argsort(weighted[0], kind="stable")
    # Column j: the smallest p-value of the tests that are no more significant than test j.
    smallest = np.minimum.accumulate(weighted[:, order[::-1]], axis=1)[:, ::-1]
    p_values = np.maximum.accumulate((smallest <= smallest[0]).mean(axis=0))
    return {names[i]: p for i, p in zip(order, p_values.tolist(), strict=True)}
