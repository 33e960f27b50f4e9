"""Paired permutation test of several statistics at once.

Null hypothesis: the two sides are equal, so that in each round either outcome could as well have
been the other side's. Under it, swapping the sides of any rounds gives data that were as likely, so
the statistics after random swaps (a coin a round, the same for all statistics) are their exact
joint null distribution, whatever the replies are like (Fisher, The Design of Experiments, 1935;
Pitman 1937). The data as observed count as one of the permutations, so that no p-value is 0
(Phipson and Smyth 2010). P-values are adjusted for the number of tests (`stepdown`).

Nearly all statistics are sums of b − a over the rounds, whose signs a swap changes. No such sum is
ever many standard deviations off, so a heavy-tailed one does not hide what the others find. The
spread alone is not a sum: it takes the mean off a side as a whole, so it is computed anew from both
sides of each permutation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from relaytop.jobs.shadow.arrays import block_sizes
from relaytop.jobs.shadow.stepdown import stepdown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.jobs.shadow.arrays import Floats, Indices

PERMUTATIONS = 2000
SPREAD = "spread"
_SPREAD_FRACTION = 5
_NEGLIGIBLE = 1e-12


class PermutationResult(NamedTuple):
    """The outcome of one test."""

    statistic: float
    """Positive where b has more."""
    p_value: float
    """Adjusted: how often chance alone shows as much in any of the tests."""


def log_spread(logs: Floats) -> Floats:
    """Return how far the mean of the slowest fifth lies above the mean, over the last axis."""
    k = max(1, round(logs.shape[-1] / _SPREAD_FRACTION))
    slowest: Floats = np.partition(logs, -k)[..., -k:]
    spread: Floats = slowest.mean(axis=-1) - logs.mean(axis=-1)
    return spread


def permutation_test(
    differences: Mapping[str, Floats],
    log_latencies: tuple[Floats, Floats] | None,
    answered: Indices,
    generator: np.random.Generator,
    weights: Mapping[str, float],
    permutations: int = PERMUTATIONS,
) -> dict[str, PermutationResult]:
    """Return test → its statistic and adjusted p-value, the most significant first.

    Args:
        differences: Test → b − a by round, shape (rounds,); 0 where a side has no value.
        log_latencies: Both sides' log latencies, shape (answered,); None leaves the spread out.
        answered: The rounds of `log_latencies`.
        generator: Draws the swaps.
        weights: Test → its share of the error, relative to the others.
        permutations: Beside the data as observed.
    """
    sums = {name: d for name, d in differences.items() if (np.abs(d) > _NEGLIGIBLE).any()}
    rounds = max(map(len, differences.values()), default=0)
    matrix = np.stack([*sums.values()], axis=1) if sums else np.empty((rounds, 0))
    names = [*sums, *([SPREAD] if log_latencies else [])]
    blocks: list[Floats] = []
    for size in block_sizes(permutations + 1, rounds):
        swapped = generator.integers(2, size=(size, rounds), dtype=np.bool_)
        if not blocks:
            swapped[0] = False
        columns = (1.0 - 2.0 * swapped) @ matrix
        if log_latencies:
            a, b = log_latencies
            turned = swapped[:, answered]
            spread = log_spread(np.where(turned, a, b)) - log_spread(np.where(turned, b, a))
            columns = np.column_stack([columns, spread])
        blocks.append(columns)
    statistics = np.concatenate(blocks)
    found = stepdown(dict(zip(names, statistics.T, strict=True)), weights)
    observed = dict(zip(names, statistics[0].tolist(), strict=True))
    return {name: PermutationResult(observed[name], p) for name, p in found.items()}
