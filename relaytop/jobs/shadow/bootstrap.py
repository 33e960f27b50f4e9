"""Paired bootstrap confidence intervals of the difference between two sides.

Rounds are drawn with replacement, each with both its outcomes, so what the sides share (the prompt,
the hour) stays shared. The interval of b − a is the percentile interval: the middle 95 % of the
differences in the resamples (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
chapter 13).
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from relaytop.jobs.shadow.arrays import block_sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.jobs.shadow.arrays import Floats

    Statistic = Callable[[Floats], Floats]

RESAMPLES = 10_000
CERTAINTY = 0.95


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
    samples: Sequence[PairedSample], generator: np.random.Generator, resamples: int = RESAMPLES
) -> dict[str, tuple[float, float]]:
    """Return figure → (low, high) of the 95 % interval of b − a.

    Args:
        samples: All of the same rounds, of which there is at least one.
        generator: Draws the rounds.
        resamples: Bootstrap resamples.
    """
    rounds = len(samples[0].a)
    found: dict[str, list[Floats]] = {name: [] for one in samples for name in one.statistics}
    for size in block_sizes(resamples, rounds):
        drawn = generator.integers(rounds, size=(size, rounds))
        for sample in samples:
            a, b = sample.a.take(drawn), sample.b.take(drawn)
            if sample.ordered:
                a.sort()
                b.sort()
            for name, statistic in sample.statistics.items():
                found[name].append(statistic(b) - statistic(a))
    tail = (1 - CERTAINTY) / 2
    ordered = {name: np.sort(np.concatenate(blocks)) for name, blocks in found.items()}
    return {
        name: (float(percentile(values, tail)), float(percentile(values, 1 - tail)))
        for name, values in ordered.items()
    }
