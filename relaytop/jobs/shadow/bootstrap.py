"""Paired block bootstrap: confidence intervals of the difference between two sides.

Rounds are drawn with replacement, each with both its outcomes, so what the sides share (the prompt,
the hour) stays shared. Where neighbouring rounds are alike, they are drawn in blocks of consecutive
ones, the first after the last (the circular block bootstrap, Politis and Romano 1992). The interval
of b − a is the percentile interval: the middle 95 % of the differences in the resamples (Efron and
Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). Of few blocks it is too narrow: a
block is not quite independent of the next, and their number is small. So it is widened.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from relaytop.jobs.shadow.arrays import chunk_sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.jobs.shadow.arrays import Floats, Indices

    Statistic = Callable[[Floats], Floats]

RESAMPLES = 10_000
CERTAINTY = 0.95
WIDENING = 1.5
"""Of an interval of blocks, divided by the square root of their number: measured."""


@dataclasses.dataclass(frozen=True, slots=True)
class PairedSample:
    """One quantity of both sides, by round, and the statistics to take of each side."""

    a: Floats
    """Shape (rounds,)."""
    b: Floats
    statistics: Mapping[str, Statistic]
    """Figure → statistic over the last axis: shape (…, rounds) to (…)."""
    ordered: bool = False
    """Whether the statistics need the values sorted along that axis."""


def percentile(ordered: Floats, share: float) -> Floats:
    """Return a percentile over the last axis of sorted values, linear-interpolated."""
    rank = (ordered.shape[-1] - 1) * share
    low = int(rank)
    high = min(low + 1, ordered.shape[-1] - 1)
    below, above = ordered[..., low], ordered[..., high]
    found: Floats = below + (above - below) * (rank - low)
    return found


def confidence_intervals(
    samples: Sequence[PairedSample],
    generator: np.random.Generator,
    resamples: int = RESAMPLES,
    block_rounds: int = 1,
) -> dict[str, tuple[float, float]]:
    """Return figure → (low, high) of the 95 % interval of b − a.

    Args:
        samples: All of the same rounds, of which there is at least one.
        generator: Draws the rounds.
        resamples: Bootstrap resamples.
        block_rounds: Consecutive rounds that are drawn together.
    """
    rounds = len(samples[0].a)
    found: dict[str, list[Floats]] = {name: [] for one in samples for name in one.statistics}
    for size in chunk_sizes(resamples, rounds):
        starts = generator.integers(rounds, size=(size, math.ceil(rounds / block_rounds)))
        drawn = _in_blocks(starts, block_rounds, rounds)
        for sample in samples:
            a, b = sample.a.take(drawn), sample.b.take(drawn)
            if sample.ordered:
                a.sort()
                b.sort()
            for name, statistic in sample.statistics.items():
                found[name].append(statistic(b) - statistic(a))
    tail = (1 - CERTAINTY) / 2
    wider = 1.0 if block_rounds == 1 else 1 + WIDENING * math.sqrt(block_rounds / rounds)
    intervals = {}
    for sample in samples:
        a, b = np.sort(sample.a), np.sort(sample.b)
        for name, statistic in sample.statistics.items():
            difference = float(statistic(b) - statistic(a))
            ordered = np.sort(np.concatenate(found[name]))
            ends = (float(percentile(ordered, share)) for share in (tail, 1 - tail))
            low, high = (end + (wider - 1) * (end - difference) for end in ends)
            intervals[name] = low, high
    return intervals


def _in_blocks(starts: Indices, block_rounds: int, rounds: int) -> Indices:
    """Return the rounds of circular blocks, one after the other, shape (resamples, rounds)."""
    if block_rounds == 1:
        return starts
    drawn: Indices = (starts[:, :, None] + np.arange(block_rounds)) % rounds
    return drawn.reshape(len(starts), -1)[:, :rounds]
