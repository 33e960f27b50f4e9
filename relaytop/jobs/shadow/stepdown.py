"""Westfall-Young step-down adjustment: p-values of several tests of one comparison.

It bounds the family-wise error, the probability that any test of a true null hypothesis is found,
and minds how the tests depend on one another, since every permutation is of all tests together
(Westfall and Young, Resampling-Based Multiple Testing, 1993, the step-down minP algorithm). Tests
may have unequal shares of the error: a p-value is divided by its test's weight (Genovese, Roeder
and Wasserman 2006).
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.jobs.shadow.arrays import Floats

_DIGITS = 9
"""Values alike in so many digits are tied: the order of summation must decide nothing."""
_LEAST_P = 1e-300
_erfc = np.frompyfunc(math.erfc, 1, 1)


class StepDown:
    """Several tests, judged together.

    A value is divided by its test's standard deviation over all permutations, so that tests of any
    unit can be compared, and becomes a two-sided p-value as if it were normal. That it is not quite
    normal makes no difference to the error: the smallest of these in each permutation, not a table,
    is what an observed one is held against.

    Args:
        statistics: Test → its values, shape (1 + permutations,), the first as observed.
        weights: Test → its share of the error, relative to the others; 1 where it is not named.
    """

    def __init__(
        self, statistics: Mapping[str, Sequence[float] | Floats], weights: Mapping[str, float]
    ) -> None:
        self._names = list(statistics)
        values = np.column_stack([*statistics.values()]) if statistics else np.empty((1, 0))
        self.observed = dict(zip(self._names, values[0].tolist(), strict=True))
        """Test → its statistic as observed."""
        deviation = np.sqrt((values**2).mean(axis=0))
        deviation[deviation == 0] = 1.0
        scaled = np.round(np.abs(values) / (deviation * math.sqrt(2)), _DIGITS)
        self._weighted: Floats = _erfc(scaled).astype(float) / [
            weights.get(name, 1.0) for name in self._names
        ]
        """P-values by permutation and test, each divided by its weight."""

    def p_values(self) -> dict[str, float]:
        """Return test → its adjusted p-value, the most significant first.

        The most significant test is held against all, the next against those that are left, and so
        on; no test has a smaller p-value than one that is more significant.
        """
        weighted = self._weighted
        if not self._names:
            return {}
        order = np.argsort(weighted[0], kind="stable")
        # Column j: the smallest p-value of the tests that are no more significant than test j.
        smallest = np.minimum.accumulate(weighted[:, order[::-1]], axis=1)[:, ::-1]
        p_values = np.maximum.accumulate((smallest <= smallest[0]).mean(axis=0))
        return {self._names[i]: p for i, p in zip(order, p_values.tolist(), strict=True)}

    def critical_value(self, level: float, weight: float = 1.0) -> float:
        """Return how many standard deviations a test must reach if it is the most significant.

        Args:
            level: The family-wise error.
            weight: The test's share of it, relative to the others.
        """
        least = level
        if self._names:
            smallest = np.sort(self._weighted.min(axis=1))
            least = float(smallest[max(0, math.floor(level * len(smallest)) - 1)])
        return -NormalDist().inv_cdf(min(1.0, max(least * weight, _LEAST_P)) / 2)
