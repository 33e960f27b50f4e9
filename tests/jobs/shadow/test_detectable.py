"""The smallest difference that a run could have seen."""

import dataclasses

import pytest

from relaytop.jobs.shadow.compare import Comparison, compare
from relaytop.jobs.shadow.rounds import Round
from tests.jobs.shadow.dependent import autoregressive, independent, simulate_run
from tests.jobs.shadow.servers import lognormal

SERVER = independent(lognormal(0.3))
EDGE_MS = 50 * 2.71828 ** (0.3 * 1.2816)
"""The slowest tenth begins there."""
RUNS = 24


def compared(rounds: list[Round], seed: int = 1) -> Comparison:
    return compare(rounds, seed, resamples=200, permutations=400)


def detectable(name: str, comparison: Comparison) -> float:
    found = comparison.figures[name].detectable
    assert found is not None
    return found


def relative(name: str, comparison: Comparison) -> float:
    figure = comparison.figures[name]
    return detectable(name, comparison) * 2 / (figure.a + figure.b)


def test_a_difference_of_that_size_is_found_in_most_runs() -> None:
    calm = compared(simulate_run(1, 200, SERVER))
    typical, tail = 1 + relative("p50", calm), 1 + relative("p95", calm)
    failures = detectable("success_rate", calm)
    found = dict.fromkeys(("typical", "tail", "success"), 0)
    for seed in range(RUNS):
        runs = {
            "typical": simulate_run(seed, 200, SERVER, stretch=lambda ms: ms * typical),
            "tail": simulate_run(
                seed, 200, SERVER, stretch=lambda ms: ms * tail if ms > EDGE_MS else ms
            ),
            "success": simulate_run(seed, 200, SERVER, b_failures=0.01 + failures),
        }
        for kind, rounds in runs.items():
            found[kind] += any(figure.shown for figure in compared(rounds, seed).figures.values())
    assert all(14 <= count < RUNS for count in found.values()), found


def test_more_requests_see_smaller_differences() -> None:
    few, more = (compared(simulate_run(2, count, SERVER)) for count in (100, 400))
    for name in ("p50", "p95", "ttft_p50", "success_rate"):
        assert detectable(name, more) < 0.75 * detectable(name, few)


def test_models_that_share_the_error_see_less() -> None:
    rounds = simulate_run(3, 200, SERVER)
    alone = compared(rounds)
    shared = compare(rounds, 1, level=0.03 / 8, resamples=200)
    for name in ("p50", "success_rate"):
        assert detectable(name, shared) > detectable(name, alone)


def test_memory_sees_less() -> None:
    calm = compared(simulate_run(4, 200, SERVER))
    slow = compared(simulate_run(4, 200, autoregressive(0.7)))
    assert detectable("p50", slow) > 1.5 * detectable("p50", calm)


def test_without_any_failure_some_points_are_told() -> None:
    comparison = compared(simulate_run(5, 200, SERVER, 0.0))
    assert 0.03 < detectable("success_rate", comparison) < 0.08


def test_nothing_is_told_of_what_has_no_verdict() -> None:
    rounds = simulate_run(1, 40, autoregressive(0.95))
    comparison = compared(rounds)
    assert not comparison.judged("latency")
    assert comparison.figures["p50"].detectable is None
    cached = compare(simulate_run(7, 50, SERVER), 1, latency_judged=False, resamples=200)
    assert cached.figures["p50"].detectable is None
    assert cached.figures["success_rate"].detectable is not None


def test_a_difference_that_is_there_does_not_change_it_much() -> None:
    calm = compared(simulate_run(8, 200, SERVER))
    slower = compared(simulate_run(8, 200, SERVER, stretch=lambda ms: ms * 1.5))
    assert relative("p50", slower) == pytest.approx(relative("p50", calm), rel=0.15)


def test_a_price_that_varies() -> None:
    rounds = [
        dataclasses.replace(one, b=dataclasses.replace(one.b, cost_usd=2e-4 + (i * 7 % 11) * 1e-6))
        for i, one in enumerate(simulate_run(9, 100, SERVER, 0.0))
    ]
    assert 0 < detectable("cost", compared(rounds)) < 1e-5
