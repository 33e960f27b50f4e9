"""How often `shadow` tells two equal providers apart, and how often it finds what differs.

Simulated runs over kinds of servers, without memory and with one, each side its own; beside the
share of runs that are told apart, that of those without a verdict, and whether the difference that
a run is said to be able to see is one that runs do see. `--runs N` is how many of each kind.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from relaytop.jobs.shadow.compare import FAMILYWISE_ERROR, compare
from tests.bench.scene import Figure
from tests.jobs.shadow.dependent import (
    Bursts,
    autoregressive,
    independent,
    simulate_run,
    slow_spells,
)
from tests.jobs.shadow.servers import (
    beyond,
    constant,
    lognormal,
    slowest_tenth,
    two_humps,
    uniform,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.jobs.shadow.compare import Comparison
    from relaytop.jobs.shadow.rounds import Round
    from tests.jobs.shadow.dependent import TimeSeries
    from tests.jobs.shadow.servers import Stretch

RUNS = 300
MODELS = 4
FULL = 200
COUNTS = (50, FULL)
RESAMPLES, PERMUTATIONS = 200, 600
EXCHANGEABLE, MEMORY, BURSTS, FAMILY = 4.0, 6.0, 7.0, 4.0
"""Percent of runs of equal servers that may be told apart, at 200 requests."""


def heavy_tail(generator: random.Random) -> float:
    return 50 * generator.paretovariate(1.5)


CALM = independent(lognormal(0.2))
KINDS: dict[str, tuple[TimeSeries, float | Bursts, float]] = {
    "constant": (independent(constant), 0.01, EXCHANGEABLE),
    "uniform": (independent(uniform), 0.01, EXCHANGEABLE),
    "lognormal 0.2": (CALM, 0.01, EXCHANGEABLE),
    "lognormal 1": (independent(lognormal(1.0)), 0.01, EXCHANGEABLE),
    "bimodal": (independent(two_humps(50, 150)), 0.01, EXCHANGEABLE),
    "heavy tail": (independent(heavy_tail), 0.01, EXCHANGEABLE),
    "AR 0.3": (autoregressive(0.3), 0.01, MEMORY),
    "AR 0.5": (autoregressive(0.5), 0.01, MEMORY),
    "AR 0.8": (autoregressive(0.8), 0.01, MEMORY),
    "slow spells of ten": (slow_spells(10), 0.01, BURSTS),
    "errors in bursts of ten": (CALM, Bursts(10, 0.1), BURSTS),
    "errors in bursts of three": (CALM, Bursts(3, 0.1), BURSTS),
}
TAILS: dict[str, tuple[TimeSeries, Stretch]] = {
    "bimodal": (independent(two_humps(50, 150)), beyond(80)),
    "lognormal 0.1": (independent(lognormal(0.1)), slowest_tenth(0.1)),
    "lognormal 0.2": (independent(lognormal(0.2)), slowest_tenth(0.2)),
    "lognormal 0.3": (independent(lognormal(0.3)), slowest_tenth(0.3)),
}


def compared(rounds: list[Round], seed: int, level: float = FAMILYWISE_ERROR) -> Comparison:
    return compare(rounds, seed, level=level, resamples=RESAMPLES, permutations=PERMUTATIONS)


def told(comparison: Comparison) -> bool:
    return any(figure.shown for figure in comparison.figures.values())


def run(runs: int = RUNS) -> Iterator[Figure]:
    for kind, (series, failures, limit) in KINDS.items():
        for count in COUNTS:
            found = [
                compared(simulate_run(seed, count, series, failures, prompt_step=0.14), seed)
                for seed in range(runs if count == FULL else runs // 2)
            ]
            what = f"shadow: equal, {kind}, {count} requests"
            share = 100 * sum(map(told, found)) / len(found)
            yield Figure(
                f"{what}: told apart", share, "% of runs", limit if count == FULL else None
            )
            lost = sum(one.lost("latency") or one.lost("success") for one in found)
            yield Figure(f"{what}: no verdict on a part", 100 * lost / len(found), "% of runs")
    yield from _family(runs)
    for kind, (series, stretch) in TAILS.items():
        found = [
            compared(simulate_run(seed, 200, series, 0.0, stretch=stretch), seed)
            for seed in range(runs // 2)
        ]
        what = f"shadow: a slowest tenth 20 % slower, {kind}, 200 requests: found"
        yield Figure(what, 100 * sum(map(told, found)) / len(found), "% of runs")
    yield from _detectable(runs // 4)
    yield _cpu()


def _family(runs: int) -> Iterator[Figure]:
    for kind in ("lognormal 0.2", "heavy tail"):
        series = KINDS[kind][0]
        apart = 0
        for seed in range(runs):
            apart += any(
                told(
                    compared(
                        simulate_run(MODELS * seed + model, 200, series),
                        seed,
                        FAMILYWISE_ERROR / MODELS,
                    )
                )
                for model in range(MODELS)
            )
        what = f"shadow: equal, {kind}, {MODELS} models of 200 requests: told apart"
        yield Figure(what, 100 * apart / runs, "% of runs", FAMILY)


def _detectable(runs: int) -> Iterator[Figure]:
    """Yield how often the difference that one run is said to see is seen by another."""
    for kind in ("lognormal 0.2", "bimodal", "heavy tail", "AR 0.5"):
        series = KINDS[kind][0]
        edge_ms = sorted(series(random.Random(0), 20_000))[18_000]
        for name in ("p50", "p95", "success_rate"):
            found = asked = 0
            for seed in range(runs):
                figure = compared(simulate_run(seed, 200, series), seed).figures[name]
                if figure.detectable is None:
                    continue
                other, asked = runs + seed, asked + 1
                if name == "success_rate":
                    failures = 0.01 + figure.detectable
                    rounds = simulate_run(other, 200, series, b_failures=failures)
                else:
                    factor = 1 + 2 * figure.detectable / (figure.a + figure.b)
                    slower = _slower(factor, edge_ms if name == "p95" else 0.0)
                    rounds = simulate_run(other, 200, series, stretch=slower)
                found += told(compared(rounds, seed))
            what = f"shadow: {kind}, 200 requests, {name} differs by the detectable: found"
            yield Figure(what, 100 * found / max(1, asked), "% of runs")


def _slower(factor: float, beyond_ms: float) -> Stretch:
    return lambda ms: ms * factor if ms > beyond_ms else ms


def _cpu() -> Figure:
    """Return the CPU time of a whole report's comparisons."""
    rounds = [simulate_run(seed, 200, CALM) for seed in range(MODELS)]
    before = time.process_time()
    for seed, one in enumerate(rounds):
        compare(one, seed, level=FAMILYWISE_ERROR / MODELS)
    spent = time.process_time() - before
    return Figure(f"shadow: {MODELS} models of 200 requests: CPU", spent, "s", 1.1)
