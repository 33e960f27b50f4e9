"""Length of the blocks in which rounds that depend on one another are resampled.

A server that is slow is slow for a while, so neighbouring rounds are alike. The length follows from
the rank autocorrelation of b − a, since what both sides share (the hour, the line) cancels out of
it, and without the prompts' effect, since prompts come in turn and a cycle is no memory. It is the
automatic choice for the circular block bootstrap of Politis and White (2004; corrected by Patton,
Politis and White 2009): the lags up to the last one of significance, in a flat-top window, if their
sum is more than its own standard error. That length makes the variance's mean squared error
smallest; a test suffers more from a variance that is too small than from one that is noisy, so the
blocks are made longer by `STRETCH`.

The threshold of significance and `STRETCH` are measured: `python -m tests.bench shadow`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from relaytop.jobs.shadow.prompt_effect import prompt_effect

if TYPE_CHECKING:
    from relaytop.jobs.shadow.arrays import Floats, Indices

MIN_ROUNDS = 8
"""Rounds below which no autocorrelation is estimated."""
SIGNIFICANCE = 1.75
"""An autocorrelation above it × √(log₁₀ n / n) is significant (Politis and White use 2)."""
MIN_PAIRS = 4.0
"""Pairs at a lag below which it is chance: of five failures three may be neighbours."""
QUIET_LAGS = 5
"""The memory ends where so many lags in a row are insignificant."""
STRETCH = 1.25
_DIGITS = 9
"""Differences alike in so many digits of the largest are tied."""
_LEAST_STEP = 0.5
"""Between two ranks; what is less is rounding, where the prompt explains all."""


def block_length(differences: Floats, places: Indices, prompts: Indices) -> int:
    """Return the length of the blocks, in rounds; 1 where neighbours are not alike.

    Args:
        differences: b − a by round, shape (rounds,).
        places: The rounds in which both sides have a value.
        prompts: The prompt of each round, shape (rounds,).
    """
    rounds, values = len(differences), differences[places]
    if len(values) < MIN_ROUNDS:
        return 1
    ranks = _centred_ranks(values)
    residuals = ranks - prompt_effect(prompts[places], ranks)
    if np.abs(residuals).max() < _LEAST_STEP:
        return 1
    scores = np.zeros(rounds)
    scores[places] = residuals
    correlations = _autocorrelations(scores, max(1, rounds // 3))
    memory = _memory(correlations, _threshold(scores, len(values)))
    if not memory:
        return 1
    lags = np.arange(1, min(2 * memory, len(correlations)) + 1)
    window = np.minimum(1.0, 2.0 - lags / memory)
    weighted = 2 * window * correlations[: len(lags)]
    spectrum, slope = 1 + weighted.sum(), (lags * weighted).sum()
    chance = 2 * math.sqrt(4 * memory / (3 * len(values)))
    if spectrum <= 1 + chance or slope <= 0:
        # Neighbours are unlike, as of replicas in turn: swapped one by one, they claim less.
        return 1
    length = STRETCH * math.cbrt(1.5 * (slope / spectrum) ** 2 * len(values))
    return min(max(1, round(length)), rounds)


def _centred_ranks(values: Floats) -> Floats:
    scale = float(np.abs(values).max()) or 1.0
    rounded = (values / scale).round(_DIGITS)
    _, place, counts = np.unique(rounded, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[place]
    centred: Floats = ranks - ranks.mean()
    return centred


def _autocorrelations(scores: Floats, most: int) -> Floats:
    """Return them at the lags 1 to `most`; a round without a value counts as the mean."""
    spectrum = np.fft.rfft(scores, 2 * len(scores))
    covariances = np.fft.irfft(np.abs(spectrum) ** 2)
    found: Floats = covariances[1 : most + 1] / covariances[0]
    return found


def _threshold(scores: Floats, count: int) -> float:
    """Return the autocorrelation that chance does not reach.

    Where nearly all values are alike, as of failures, the few others are what there is.
    """
    others = (scores**2).sum() ** 2 / (scores**4).sum()
    return max(SIGNIFICANCE * math.sqrt(math.log10(count) / count), MIN_PAIRS / float(others))


def _memory(correlations: Floats, threshold: float) -> int:
    """Return the last significant lag before some insignificant ones in a row; 0: there is none."""
    lags = np.flatnonzero(correlations > threshold) + 1
    memory = 0
    for lag in lags.tolist():
        if lag > memory + QUIET_LAGS:
            break
        memory = lag
    return memory
