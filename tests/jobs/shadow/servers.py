"""Pairs of servers whose difference is known, each as the rounds that a run would have seen."""

import math
import random
from collections.abc import Callable

from relaytop.jobs.shadow.rounds import Outcome, Round

Draw = Callable[[random.Random], float]
"""Draws a latency in milliseconds."""
Stretch = Callable[[float], float]
"""Makes B's latency of what A's could have been."""


def constant(generator: random.Random) -> float:
    return 50 + generator.random() * 0.1


def uniform(generator: random.Random) -> float:
    return generator.uniform(20, 60)


def lognormal(sigma: float) -> Draw:
    return lambda generator: 50 * math.exp(sigma * generator.gauss(0, 1))


def two_humps(fast_ms: float, slow_ms: float) -> Draw:
    """Return a server of which every tenth reply is slow."""

    def draw(generator: random.Random) -> float:
        centre = slow_ms if generator.random() < 0.1 else fast_ms
        return centre * (1 + 0.01 * generator.gauss(0, 1))

    return draw


def alike(ms: float) -> float:
    return ms


def beyond(edge_ms: float) -> Stretch:
    """Return what makes all that is slower than `edge_ms` slower by a fifth."""
    return lambda ms: ms * 1.2 if ms > edge_ms else ms


def slowest_tenth(sigma: float) -> Stretch:
    """Return what makes the slowest tenth of `lognormal(sigma)` slower by a fifth."""
    return beyond(50 * math.exp(1.2816 * sigma))


def simulate_rounds(
    seed: int,
    count: int,
    draw: Draw,
    stretch: Stretch = alike,
    *,
    a_fails: float = 0.0,
    b_fails: float = 0.0,
    b_costs: float = 1.0,
) -> list[Round]:
    """Return the rounds of two servers, drawn apart from one another."""
    generator = random.Random(seed)

    def ask(stretched: Stretch, fails: float, costs: float) -> Outcome:
        ms = stretched(draw(generator))
        if generator.random() < fails:
            return Outcome(ok=False)
        return Outcome(
            ok=True,
            latency_ms=ms,
            ttft_ms=ms * generator.uniform(0.3, 0.6),
            cost_usd=costs * 2e-4,
            tokens=9,
            length=38,
        )

    return [
        Round(i % 5, ask(alike, a_fails, 1.0), ask(stretch, b_fails, b_costs)) for i in range(count)
    ]
