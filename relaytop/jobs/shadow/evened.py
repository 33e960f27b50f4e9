"""Latencies with the difference between prompts taken out, so that the rest shows better."""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST = 4
"""Rounds a prompt needs before its own mean is worth more than it costs."""


def evened_logs(
    prompts: Sequence[int], a_ms: Sequence[float], b_ms: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Return both sides' log latencies, each prompt moved to the mean of all.

    A prompt's mean is taken over both sides, so the difference between them stays as it is. Prompts
    with fewer than `LEAST` rounds are moved together, as if they were one.

    Args:
        prompts: The prompt of each round.
        a_ms: One side's latencies, in milliseconds, by round.
        b_ms: The other's.
    """
    logs_a, logs_b = ([math.log(max(v, 1e-6)) for v in side] for side in (a_ms, b_ms))
    of_prompt: dict[int, list[int]] = {}
    for index, prompt in enumerate(prompts):
        of_prompt.setdefault(prompt, []).append(index)
    groups = [group for group in of_prompt.values() if len(group) >= LEAST]
    rest = [i for group in of_prompt.values() if len(group) < LEAST for i in group]
    overall = fmean([*logs_a, *logs_b])
    for group in [*groups, *([rest] if rest else [])]:
        move = overall - fmean(value for i in group for value in (logs_a[i], logs_b[i]))
        for i in group:
            logs_a[i] += move
            logs_b[i] += move
    return logs_a, logs_b
