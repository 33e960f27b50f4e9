"""How often `diff` tells two equal servers apart, and how often it sees one that is slower.

Two snapshots of a run each, over kinds of servers; by the rule of one in a hundred for each figure.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from relaytop.monitor.confidence import error_inflation, intervals
from relaytop.store.difference import compare_target
from tests.bench.scene import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

RUNS = 1000
SLOWER = 1.25
FIGURES = ("P50", "P95", "P99", "error rate")
Draw: TypeAlias = "Callable[[np.random.Generator, int], npt.NDArray[np.float64]]"


def memory(rng: np.random.Generator, n: int, autocorrelation: float) -> npt.NDArray[np.float64]:
    """Draw normal values that remember the one before."""
    noise = rng.standard_normal(n) * math.sqrt(1 - autocorrelation**2)
    values = np.empty(n)
    values[0] = rng.standard_normal()
    for index in range(1, n):
        values[index] = autocorrelation * values[index - 1] + noise[index]
    return values


def lognormal(values: npt.NDArray[np.float64], sigma: float) -> npt.NDArray[np.float64]:
    return np.exp(5.3 + sigma * values)


def spells(rng: np.random.Generator, n: int, length: int) -> npt.NDArray[np.float64]:
    """Draw times of a server that is slow for about `length` requests, a tenth of the time."""
    slow = np.empty(n, dtype=bool)
    state = rng.random() < 0.1
    for index in range(n):
        slow[index] = state
        state = rng.random() >= 1 / length if state else rng.random() < 1 / (9 * length)
    return np.where(slow, 900.0, 200.0) * np.exp(0.1 * rng.standard_normal(n))


KINDS: dict[str, Draw] = {
    "uniform": lambda rng, n: rng.uniform(100, 300, n),
    "normal": lambda rng, n: rng.normal(300, 40, n).clip(10),
    "lognormal 0.4": lambda rng, n: lognormal(rng.standard_normal(n), 0.4),
    "lognormal 1": lambda rng, n: lognormal(rng.standard_normal(n), 1.0),
    "bimodal": lambda rng, n: (
        np.where(rng.random(n) < 0.1, 900, 200) * np.exp(0.05 * rng.standard_normal(n))
    ),
    "heavy tail": lambda rng, n: 100 * (1 + rng.pareto(1.5, n)),
    "memory 0.3": lambda rng, n: lognormal(memory(rng, n, 0.3), 0.4),
    "memory 0.8": lambda rng, n: lognormal(memory(rng, n, 0.8), 0.4),
    "memory 0.95": lambda rng, n: lognormal(memory(rng, n, 0.95), 0.4),
    "spells of ten": lambda rng, n: spells(rng, n, 10),
}


LIMITS = {"memory 0.95": 6.5, "spells of ten": None}
"""Percent of runs; of a server that is slow ten requests long, a short run may hold no spell."""


def part(times_ms: npt.NDArray[np.float64], failed: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Return a target's part of a snapshot."""
    values = [float(ms) for ms, bad in zip(times_ms, failed, strict=True) if not bad]
    p50, p95, p99 = map(float, np.percentile(values, (50, 95, 99)))
    confidence = {
        name: {end: ms for end, ms in zip(("low", "high"), pair, strict=True) if ms is not None}
        for name, pair in intervals(values, 1e6).items()
    }
    latency = {"n": len(values), "p50": p50, "p95": p95, "p99": p99, "confidence": confidence}
    return {
        "target": "p/m",
        "requests": len(times_ms),
        "ok": len(values),
        "error_vif": error_inflation(map(bool, failed)),
        "latency_ms": latency,
    }


def told(draw: Draw, n: int, runs: int, factor: float = 1.0, seed: int = 1) -> dict[str, float]:
    """Return figure → the share of runs in which it is told to differ, in percent."""
    rng = np.random.default_rng(seed)
    counts = dict.fromkeys(FIGURES, 0)
    for _ in range(runs):
        one, other = (part(draw(rng, n), rng.random(n) < 0.03) for _ in range(2))
        if factor != 1.0:
            other = part(draw(rng, n) * factor, rng.random(n) < 0.03)
        for change in compare_target(one, other):
            if change.kind != "noise" and change.figure in counts:
                counts[change.figure] += 1
    return {name: 100 * count / runs for name, count in counts.items()}


def run() -> Iterator[Figure]:
    for kind, draw in KINDS.items():
        for n in (120, 400):
            limit = LIMITS.get(kind, 1.3)
            for name, share in told(draw, n, RUNS).items():
                what = f"diff: equal servers, {kind}, {n} requests: {name} differs"
                yield Figure(what, share, "% of runs", limit)
    for n in (120, 400):
        for name, share in told(KINDS["lognormal 0.4"], n, RUNS, SLOWER).items():
            if name != "error rate":
                what = f"diff: {SLOWER:g} × slower, lognormal 0.4, {n} requests: {name} seen"
                yield Figure(what, share, "% of runs")
