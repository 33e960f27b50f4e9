"""Removal of the prompts' effect on latency: each prompt is shrunk to the mean of all.

Prompts differ more than providers do. In the model log latency = mean + prompt + noise, the prompt
is a random effect. Its best predictor is the prompt's own mean, shrunk towards the mean of all by
the share of its variance that is noise (James and Stein 1961; Efron and Morris 1975), with the two
variances estimated by one-way analysis of variance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.jobs.shadow.arrays import Floats, Indices

MIN_ROUNDS = 4
"""Rounds that a prompt needs before its own mean is worth more than it costs."""
_MIN_MS = 1e-6
_REST = -1


def without_prompt_effect(
    prompts: Sequence[int] | Indices, a_ms: Sequence[float] | Floats, b_ms: Sequence[float] | Floats
) -> tuple[Floats, Floats]:
    """Return both sides' log latencies without what the prompts add to them.

    A prompt's mean is taken over both sides, so the difference between them stays as it is; so does
    the mean of all. Where the prompts differ by no more than noise, nothing is changed. Prompts
    with fewer than `MIN_ROUNDS` rounds are treated as one.

    Args:
        prompts: The prompt of each round, shape (rounds,), none negative.
        a_ms: One side's latencies, in milliseconds, shape (rounds,).
        b_ms: The other's.
    """
    a, b = (np.log(np.maximum(side, _MIN_MS)) for side in (a_ms, b_ms))
    effect = prompt_effect(prompts, (a + b) / 2)
    return a - effect, b - effect


def prompt_effect(prompts: Sequence[int] | Indices, values: Floats) -> Floats:
    """Return what its prompt adds to each value, shape (rounds,); zero on the average.

    Args:
        prompts: The prompt of each round, shape (rounds,), none negative.
        values: One of each round, shape (rounds,).
    """
    _, group, counts = np.unique(prompts, return_inverse=True, return_counts=True)
    group = np.where(counts[group] < MIN_ROUNDS, _REST, group)
    _, group, counts = np.unique(group, return_inverse=True, return_counts=True)
    if len(counts) == 1:
        return np.zeros(len(values))
    means = np.bincount(group, values) / counts
    noise = ((values - means[group]) ** 2).sum() / (len(values) - len(counts)) / counts
    between = means.var(ddof=1) - noise.mean()
    if between <= 0:
        return np.zeros(len(values))
    effect: Floats = ((means - values.mean()) * between / (between + noise))[group]
    effect -= effect.mean()
    return effect
