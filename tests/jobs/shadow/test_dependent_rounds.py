"""Rounds that depend on one another: no false difference, no false absence of one."""

import dataclasses

import pytest

from relaytop.jobs.shadow.compare import Comparison, compare
from relaytop.jobs.shadow.rounds import Round
from relaytop.jobs.shadow.verdict import verdict
from tests.jobs.shadow.dependent import (
    Bursts,
    TimeSeries,
    autoregressive,
    independent,
    simulate_run,
    slow_spells,
)
from tests.jobs.shadow.servers import lognormal

RUNS = 30
CALM = independent(lognormal(0.2))


def compared(rounds: list[Round], seed: int = 1) -> Comparison:
    return compare(rounds, seed, resamples=200, permutations=400)


def differs(comparison: Comparison) -> bool:
    return any(figure.shown for figure in comparison.figures.values())


@pytest.mark.parametrize(
    ("series", "failures"),
    [
        (autoregressive(0.5), 0.01),
        (autoregressive(0.8), 0.01),
        (slow_spells(10), 0.01),
        (CALM, Bursts(10, 0.1)),
        (CALM, Bursts(5, 0.05)),
    ],
    ids=["AR 0.5", "AR 0.8", "slow spells of ten", "bursts of ten errors", "bursts of five errors"],
)
def test_equal_servers_with_memory_are_not_told_apart(
    series: TimeSeries, failures: float | Bursts
) -> None:
    told = sum(
        differs(compared(simulate_run(seed, 200, series, failures), seed)) for seed in range(RUNS)
    )
    # 3 to 6 of 100 are; more than 5 of 30 once in fifty such tests. By single rounds, 5 to 16.
    assert told <= 5


def test_too_few_independent_rounds_are_no_verdict() -> None:
    comparison = compared(simulate_run(1, 40, autoregressive(0.95)))
    assert not comparison.judged("latency")
    assert comparison.figures["p50"].low is None
    text = verdict(comparison, "A", "B")
    assert text.startswith("no verdict on latency: too few independent rounds: about ")
    assert "requests at a time were slow or fast together; take about " in text
    assert text.endswith("; no other difference shown with 40 requests a side")


def test_errors_in_bursts_leave_the_latency_judged() -> None:
    rounds = simulate_run(5, 60, CALM, 0.0, stretch=lambda ms: 2 * ms)
    failed = dataclasses.replace(rounds[0].b, ok=False, latency_ms=None, ttft_ms=None)
    burst = [
        dataclasses.replace(one, b=failed) if 10 <= i < 22 or 40 <= i < 52 else one
        for i, one in enumerate(rounds)
    ]
    comparison = compared(burst)
    assert comparison.judged("latency")
    assert not comparison.judged("success")
    text = verdict(comparison, "A", "B")
    assert "A is faster at P50" in text
    assert "no verdict on success: too few independent rounds" in text
    assert "failed or succeeded together" in text


def test_half_a_price_is_told_whatever_the_latencies_do() -> None:
    rounds = [
        dataclasses.replace(one, b=dataclasses.replace(one.b, cost_usd=1e-4))
        for one in simulate_run(1, 40, autoregressive(0.95), 0.0)
    ]
    text = verdict(compared(rounds), "A", "B")
    assert text.startswith("B costs less by $0.1 per 1,000 requests; no verdict on latency: ")


def test_a_large_difference_is_told_in_spite_of_memory() -> None:
    found = sum(
        "A is faster"
        in verdict(
            compared(simulate_run(seed, 200, autoregressive(0.5), stretch=lambda ms: ms * 1.4)),
            "A",
            "B",
        )
        for seed in range(20)
    )
    assert found >= 18


def test_few_requests_are_no_verdict() -> None:
    text = verdict(compared(simulate_run(1, 6, CALM, 0.0)), "A", "B")
    assert text == "too few requests for a verdict: 6 a side, 7 needed"
    some = simulate_run(1, 10, CALM, 0.0)
    failed = dataclasses.replace(some[0].b, ok=False, latency_ms=None, cost_usd=None, length=None)
    failed = dataclasses.replace(failed, ttft_ms=None, tokens=None)
    text = verdict(
        compared([dataclasses.replace(o, b=failed) if i % 2 else o for i, o in enumerate(some)]),
        "A",
        "B",
    )
    words = "too few requests for a verdict on latency, cost, length: 5 usable for both sides"
    assert f"{words}, 7 needed" in text


def test_models_of_a_run_share_the_error() -> None:
    rounds = simulate_run(1, 8, CALM, 0.0, stretch=lambda ms: 4 * ms)
    assert differs(compare(rounds, 1, resamples=200))
    alone_of_four = compare(rounds, 1, level=0.03 / 4, resamples=200)
    assert not differs(alone_of_four)
    assert "8 a side, 9 needed" in verdict(alone_of_four, "A", "B")
