"""Paired permutation test of several statistics at once, with swaps of blocks of rounds.

Null hypothesis: the two sides are equal, so that either outcome of a round could as well have been
the other side's. Under it, swapping the sides of any rounds gives data that were as likely, so
the statistics after random swaps are their joint null distribution, whatever the replies are like
(Fisher, The Design of Experiments, 1935; Pitman 1937). Where neighbouring rounds are alike, as
where one side is slow for a while, that holds only of blocks that are longer than the memory: the
rounds of a block are swapped together (`block_length`), and where the blocks begin is drawn for
each permutation. The data as observed count as one of the permutations, so that no p-value is 0
(Phipson and Smyth 2010). P-values are adjusted for the number of tests (`stepdown`).

Tests of the same block length share the swaps. Those of different lengths are swapped apart, as if
they were independent of one another, which makes the step-down conservative (Šidák 1967).

Nearly all statistics are sums of b − a over the rounds, whose signs a swap changes. No such sum is
ever many standard deviations off, so a heavy-tailed one does not hide what the others find. The
spread alone is not a sum: it takes the mean off a side as a whole, so it is computed anew from both
sides of each permutation.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from relaytop.jobs.shadow.arrays import chunk_sizes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from relaytop.jobs.shadow.arrays import Floats, Indices

PERMUTATIONS = 2000
SPREAD = "spread"
_SPREAD_FRACTION = 5
_NEGLIGIBLE = 1e-12


def log_spread(logs: Floats) -> Floats:
    """Return how far the mean of the slowest fifth lies above the mean, over the last axis."""
    k = max(1, round(logs.shape[-1] / _SPREAD_FRACTION))
    slowest: Floats = np.partition(logs, -k)[..., -k:]
    spread: Floats = slowest.mean(axis=-1) - logs.mean(axis=-1)
    return spread


def permuted_statistics(
    differences: Mapping[str, Floats],
    log_latencies: tuple[Floats, Floats] | None,
    answered: Indices,
    generator: np.random.Generator,
    block_rounds: Mapping[str, int],
    permutations: int = PERMUTATIONS,
) -> dict[str, Floats]:
    """Return test → its statistic as observed and in each permutation, shape (1 + permutations,).

    A statistic is positive where b has more. A test whose differences are all zero is left out.

    Args:
        differences: Test → b − a by round, shape (rounds,); 0 where a side has no value.
        log_latencies: Both sides' log latencies, shape (answered,); None leaves the spread out.
        answered: The rounds of `log_latencies`.
        generator: Draws the swaps.
        block_rounds: Test → consecutive rounds that are swapped together; 1 where it is not named.
        permutations: Beside the data as observed.
    """
    sums = {name: d for name, d in differences.items() if (np.abs(d) > _NEGLIGIBLE).any()}
    rounds = max(map(len, differences.values()), default=0)
    lengths = {name: block_rounds.get(name, 1) for name in (*sums, SPREAD)}
    if log_latencies is None:
        del lengths[SPREAD]
    chunks: dict[str, list[Floats]] = {name: [] for name in lengths}
    first = True
    for size in chunk_sizes(permutations + 1, rounds):
        for length in sorted(set(lengths.values())):
            swapped = _swaps(generator, size, rounds, length)
            if first:
                swapped[0] = False
            names = [name for name in sums if lengths[name] == length]
            if names:
                columns = (1.0 - 2.0 * swapped) @ np.stack([sums[name] for name in names], axis=1)
                for name, column in zip(names, columns.T, strict=True):
                    chunks[name].append(column)
            if log_latencies is not None and lengths[SPREAD] == length:
                a, b = log_latencies
                turned = swapped[:, answered]
                spread = log_spread(np.where(turned, a, b)) - log_spread(np.where(turned, b, a))
                chunks[SPREAD].append(spread)
        first = False
    return {name: np.concatenate(found) for name, found in chunks.items()}


def _swaps(
    generator: np.random.Generator, size: int, rounds: int, length: int
) -> NDArray[np.bool_]:
    """Return which rounds are swapped in each permutation, shape (size, rounds)."""
    coins = generator.integers(2, size=(size, math.ceil(rounds / length)), dtype=np.bool_)
    if length == 1:
        return coins
    swapped = np.repeat(coins, length, axis=1)[:, :rounds]
    first = generator.integers(rounds, size=(size, 1))
    found: NDArray[np.bool_] = np.take_along_axis(swapped, (np.arange(rounds) + first) % rounds, 1)
    return found
