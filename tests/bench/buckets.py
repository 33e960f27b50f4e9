"""Percentiles from histogram buckets: their error, with the buckets as they were and as they are.

Samples are drawn from the shapes that latencies have; the P95 of their histogram, as Prometheus'
`histogram_quantile` computes it, is held against the exact one. By hand: `python -m tests.bench
buckets`; it takes a few seconds.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from relaytop.export.counters import BUCKETS_S
from relaytop.fleet.prometheus.quantile import classic_quantile
from tests.bench.scene import Figure, percentile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Draw: TypeAlias = Callable[[random.Random], float]

EARLIER_S = (0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0)
"""The buckets of earlier versions."""
N = 120
"""Samples of a histogram: the default window at the default interval."""
RUNS = 2000


def _lognormal(median_s: float, sigma: float) -> Draw:
    return lambda rng: median_s * math.exp(rng.gauss(0, sigma))


def _bimodal(share: float, sigma: float) -> Draw:
    """Return short and long replies, of which the long ones are a share."""
    return lambda rng: (4.0 if rng.random() < share else 0.5) * math.exp(rng.gauss(0, sigma))


SHAPES: dict[str, Callable[[random.Random], Draw]] = {
    "narrow lognormal": lambda rng: _lognormal(math.exp(rng.uniform(-3, 2.3)), 0.15),
    "lognormal": lambda rng: _lognormal(math.exp(rng.uniform(-3, 2.3)), 0.4),
    "wide lognormal": lambda rng: _lognormal(math.exp(rng.uniform(-3, 2.3)), 0.9),
    "bimodal, 20 % long": lambda rng: _bimodal(0.2, rng.uniform(0.1, 0.5)),
    "bimodal, 6 % long": lambda rng: _bimodal(0.06, rng.uniform(0.1, 0.5)),
}
"""Shape → a draw of its parameters, the median from 50 ms to 10 s."""


def run(runs: int = RUNS) -> Iterator[Figure]:
    for shape, parameters in SHAPES.items():
        rng = random.Random(shape)
        errors: dict[str, list[float]] = {"now": [], "earlier": []}
        for _ in range(runs):
            draw = parameters(rng)
            values = [draw(rng) for _ in range(N)]
            exact = percentile(values, 0.95)
            for name, bounds in (("now", BUCKETS_S), ("earlier", EARLIER_S)):
                errors[name].append(100 * abs(_p95(values, bounds) / exact - 1))
        for what, share, limit in (("median", 0.5, 7.0), ("P95", 0.95, 25.0), ("worst", 1.0, None)):
            yield Figure(
                f"P95 from buckets, {shape}: error, {what}",
                percentile(errors["now"], share),
                "%",
                limit,
                f"{len(EARLIER_S)} buckets",
                percentile(errors["earlier"], share),
            )
    yield Figure("buckets of a histogram", len(BUCKETS_S) + 2, "", None)


def _p95(values: Sequence[float], bounds: Sequence[float]) -> float:
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_left(bounds, value)] += 1
    ends = (*bounds, math.inf)
    found = classic_quantile(0.95, dict(zip(ends, accumulate(counts), strict=True)))
    assert found is not None
    return found.value
