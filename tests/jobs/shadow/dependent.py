"""Equal or different servers whose neighbouring requests are alike, as the rounds of a run."""

import dataclasses
import math
import random
from collections.abc import Callable

from relaytop.jobs.shadow.rounds import Outcome, Round

PROMPTS = 5
TimeSeries = Callable[[random.Random, int], list[float]]
"""Draws so many latencies in a row, in milliseconds."""


@dataclasses.dataclass(frozen=True)
class Bursts:
    """Failures that come in a row."""

    length: float
    """Requests of a burst, on the average."""
    share: float
    """Of all requests."""


def independent(draw: Callable[[random.Random], float]) -> TimeSeries:
    return lambda generator, count: [draw(generator) for _ in range(count)]


def autoregressive(rho: float, sigma: float = 0.3) -> TimeSeries:
    """Return a server whose log latency is AR(1)."""

    def draw(generator: random.Random, count: int) -> list[float]:
        z = generator.gauss(0, 1)
        times = []
        for _ in range(count):
            times.append(50 * math.exp(sigma * z))
            z = rho * z + math.sqrt(1 - rho**2) * generator.gauss(0, 1)
        return times

    return draw


def in_bursts(generator: random.Random, count: int, bursts: Bursts) -> list[bool]:
    """Draw which requests are in a burst, from a Markov chain of two states."""
    starts = bursts.share / ((1 - bursts.share) * bursts.length)
    state = generator.random() < bursts.share
    found = []
    for _ in range(count):
        found.append(state)
        state = generator.random() >= 1 / bursts.length if state else generator.random() < starts
    return found


def slow_spells(length: float, share: float = 0.1, times: float = 3.0) -> TimeSeries:
    """Return a server that is slow for about `length` requests at a time."""

    def draw(generator: random.Random, count: int) -> list[float]:
        return [
            50 * (times if slow else 1.0) * math.exp(0.1 * generator.gauss(0, 1))
            for slow in in_bursts(generator, count, Bursts(length, share))
        ]

    return draw


def simulate_run(
    seed: int,
    count: int,
    series: TimeSeries,
    failures: float | Bursts = 0.01,
    *,
    stretch: Callable[[float], float] = float,
    b_failures: float | Bursts | None = None,
    prompt_step: float = 0.0,
) -> list[Round]:
    """Return the rounds of two servers, each with a memory of its own.

    Args:
        seed: The same seed gives the same rounds.
        count: Rounds.
        series: Both servers' latencies.
        failures: The share of both that fail, or bursts of them.
        stretch: Makes B's latency of what A's could have been.
        b_failures: B's, if they are others.
        prompt_step: What each of five prompts adds to the log latency of the one before it.
    """
    generator = random.Random(seed)

    def side(stretched: Callable[[float], float], fails: float | Bursts) -> list[Outcome]:
        found = []
        bursts = fails if isinstance(fails, Bursts) else Bursts(1 / (1 - fails), fails)
        failed = in_bursts(generator, count, bursts)
        for i, ms in enumerate(series(generator, count)):
            latency_ms = stretched(ms) * math.exp(prompt_step * (i % PROMPTS))
            ttft_ms = latency_ms * generator.uniform(0.3, 0.6)
            found.append(
                Outcome(ok=False)
                if failed[i]
                else Outcome(
                    ok=True,
                    latency_ms=latency_ms,
                    ttft_ms=ttft_ms,
                    cost_usd=2e-4,
                    tokens=9,
                    length=38,
                )
            )
        return found

    a, b = side(float, failures), side(stretch, failures if b_failures is None else b_failures)
    return [Round(i % PROMPTS, a[i], b[i]) for i in range(count)]
