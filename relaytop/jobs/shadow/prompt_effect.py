"""Latencies with the difference between prompts taken out, so that the rest shows better."""

from __future__ import annotations

import math
from statistics import fmean, variance
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST = 4
"""Rounds a prompt needs before its own mean is worth more than it costs."""


def without_prompt_effect(
    prompts: Sequence[int], a_ms: Sequence[float], b_ms: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Return both sides' log latencies, each prompt moved towards the mean of all.

    A prompt is moved by as much of its distance as is the prompt's and not chance: where all
    prompts take equally long, moving them would only add noise. Its mean is taken over both sides,
    so the difference between them stays as it is. Prompts with fewer than `LEAST` rounds are moved
    together, as if they were one.

    Args:
        prompts: The prompt of each round.
        a_ms: One side's latencies, in milliseconds, by round.
        b_ms: The other's.
    """
    logs_a, logs_b = ([math.log(max(v, 1e-6)) for v in side] for side in (a_ms, b_ms))
    middles = [(x + y) / 2 for x, y in zip(logs_a, logs_b, strict=True)]
    of_prompt: dict[int, list[int]] = {}
    for index, prompt in enumerate(prompts):
        of_prompt.setdefault(prompt, []).append(index)
    groups = [group for group in of_prompt.values() if len(group) >= LEAST]
    rest = [i for group in of_prompt.values() if len(group) < LEAST for i in group]
    moves = _moves(middles, [*groups, *([rest] if rest else [])])
    a, b = ([v + m for v, m in zip(side, moves, strict=True)] for side in (logs_a, logs_b))
    return a, b


def _moves(middles: Sequence[float], groups: Sequence[Sequence[int]]) -> list[float]:
    """Return by how much each round is moved; the mean of all stays where it is."""
    moves = [0.0] * len(middles)
    if len(groups) == 1:
        return moves
    overall = fmean(middles)
    means = [fmean(middles[i] for i in group) for group in groups]
    inside = sum(
        (middles[i] - mean) ** 2 for group, mean in zip(groups, means, strict=True) for i in group
    ) / (len(middles) - len(groups))
    noise = [inside / len(group) for group in groups]
    real = variance(means) - fmean(noise)
    if real <= 0:
        return moves
    for group, mean, one in zip(groups, means, noise, strict=True):
        for i in group:
            moves[i] = (overall - mean) * real / (real + one)
    still = fmean(moves)
    return [move - still for move in moves]
