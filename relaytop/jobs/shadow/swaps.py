"""Which differences chance does not explain: sides swapped at random, all figures together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

SWAPS = 2000
TAIL_NEEDS = 20
"""Rounds below which there is no slowest tenth to speak of."""
TAIL, FAR_TAIL, SPREAD = "tail", "far_tail", "spread"
_DEPTHS = ((TAIL, 10), (FAR_TAIL, 20), (SPREAD, 5))
"""Figure → what part of the replies it is about: the slowest tenth, twentieth, fifth."""
_SAME = 1e-12


def chances(
    differences: Mapping[str, Sequence[float]],
    logs: tuple[Sequence[float], Sequence[float]],
    answered: Sequence[int],
    random_: random.Random,
    swaps: int = SWAPS,
) -> dict[str, float]:
    """Return figure → how often chance alone shows as much in any of the figures together.

    If both sides were equal, each round's two outcomes could as well have come the other way
    round. So they are swapped, each round by the toss of a coin, and the largest figure of every
    such run says what chance can do. Every figure is measured in its own standard errors before
    the largest is taken, so a probability below 4 % holds for all of them together, not for each.

    The tail's figures are means of the slowest tenth (`tail`) and twentieth (`far_tail`) of the log
    latencies, and how far the slowest fifth lies above the mean (`spread`), each divided by a
    standard error that is taken anew from each side of each run: a side with a longer tail would
    otherwise hide itself in the noise that it brings.

    Args:
        differences: Figure → b − a by round, as many for each; 0 where a side has none.
        logs: Both sides' evened log latencies, for each round that both answered.
        answered: Which rounds those are.
        random_: Tosses the coins.
        swaps: Runs.
    """
    columns = {
        name: list(values)
        for name, values in differences.items()
        if any(abs(value) > _SAME for value in values)
    }
    scale = {name: math.sqrt(sum(v * v for v in values)) for name, values in columns.items()}
    seen = {name: sum(values) / scale[name] for name, values in columns.items()}
    a, b = logs
    tailed = len(a) >= TAIL_NEEDS
    if tailed:
        seen |= _tail(a, b)
    most: list[float] = []
    rounds = max(map(len, differences.values()), default=0)
    for _ in range(swaps if seen else 0):
        # A coin a round, the same for every figure of that round.
        coins = list(map("1".__eq__, f"{random_.getrandbits(rounds):0{rounds}b}"))
        largest = 0.0
        for name, values in columns.items():
            total = sum(-v if coin else v for coin, v in zip(coins, values, strict=True))
            largest = max(largest, abs(total) / scale[name])
        if tailed:
            turned = [coins[i] for i in answered]
            left = [y if coin else x for coin, x, y in zip(turned, a, b, strict=True)]
            right = [x if coin else y for coin, x, y in zip(turned, a, b, strict=True)]
            largest = max(largest, *map(abs, _tail(left, right).values()))
        most.append(largest)
    return {
        name: (1 + sum(one >= abs(value) - _SAME for one in most)) / (1 + swaps)
        for name, value in seen.items()
    }


def _tail(a: Sequence[float], b: Sequence[float]) -> dict[str, float]:
    """Return each figure of the tail as b − a in standard errors."""
    of_a, of_b = _depths(a), _depths(b)
    return {
        name: (of_b[name][0] - of_a[name][0]) / math.sqrt(of_a[name][1] + of_b[name][1])
        if of_a[name][1] + of_b[name][1] > 0
        else 0.0
        for name in of_a
    }


def _depths(values: Sequence[float]) -> dict[str, tuple[float, float]]:
    """Return figure → (value, variance), by the figure's influence function."""
    n = len(values)
    ordered = sorted(values)
    mean = sum(ordered) / n
    spread = sum(v * v for v in ordered) / n - mean * mean
    found = {}
    for name, part in _DEPTHS:
        k = max(1, round(n / part))
        top = ordered[-k:]
        edge = (top[0] + ordered[-k - 1]) / 2
        beyond = sum(top) / k - edge
        squares = sum((v - edge) ** 2 for v in top) / k
        variance = squares * n / k - beyond * beyond
        value = edge + beyond
        if name == SPREAD:
            value -= mean
            variance += spread - 2 * sum((v - edge) * (v - mean) for v in top) / k
        found[name] = (value, max(variance, 0.0) / n)
    return found
