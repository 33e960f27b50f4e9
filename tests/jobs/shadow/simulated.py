"""Rounds as two providers could have made them, without waiting for any."""

import math
import random
from collections.abc import Callable

from relaytop.jobs.shadow.rounds import Outcome, Round

NOISE = 0.2
"""Of a latency's logarithm, beside what its prompt does to it."""
PROMPTS = (-0.28, -0.14, 0.0, 0.14, 0.28)
"""Effect of each prompt on it: a standard deviation of 0.2, so of 0.28 in all."""
SLOWER = math.log(1.2)
P95 = 1.645

Stretch = Callable[[float], float]
"""A standard normal draw → a log latency's deviation."""


def as_usual(z: float) -> float:
    return NOISE * z


def slower_tail(z: float) -> float:
    """The faster half as usual, the slower one stretched until P95 is 20 % higher."""
    return z * (NOISE + (SLOWER / P95 if z > 0 else 0.0))


def slower(z: float) -> float:
    return NOISE * z + SLOWER


def rounds(seed: int, count: int, b: Stretch = as_usual, *, b_fails: float = 0.01) -> list[Round]:
    """Return rounds of a usual side and of `b`."""
    generator = random.Random(seed)
    return [
        Round(
            i % len(PROMPTS),
            _outcome(generator, PROMPTS[i % len(PROMPTS)], as_usual, 0.01),
            _outcome(generator, PROMPTS[i % len(PROMPTS)], b, b_fails),
        )
        for i in range(count)
    ]


def _outcome(generator: random.Random, prompt: float, stretch: Stretch, fails: float) -> Outcome:
    if generator.random() < fails:
        return Outcome(ok=False)
    latency_ms = 800 * math.exp(prompt + stretch(generator.gauss(0, 1)))
    return Outcome(
        ok=True,
        latency_ms=latency_ms,
        ttft_ms=latency_ms * generator.uniform(0.2, 0.4),
        cost_usd=generator.randint(10, 16) / 100_000,
        tokens=12,
        length=generator.randint(30, 60),
    )
