"""Answers from a cache are counted and shown, and prove nothing."""

import dataclasses
from typing import Any

import pytest

from relaytop.config.settings import Thresholds, Window
from relaytop.monitor.monitor import Monitor
from relaytop.probe.sample import Sample
from relaytop.protocol.messages import Finished
from relaytop.wire.facts import Limit, RateLimit
from tests.support.samples import T0, TARGET, sample, settings

HIT = "x-cache: HIT"


def cached(at: float, latency_ms: float = 3.0, **options: Any) -> Sample:
    made = sample(at, latency_ms, ttft_ms=2.0, tokens=(5, 3), cost_usd=0.0, **options)
    return dataclasses.replace(made, cached=HIT)


def fed(*samples: Sample, **options: Any) -> Monitor:
    monitor = Monitor(settings(**options), T0)
    for each in samples:
        monitor.apply(Finished(each), each.ended_at)
    return monitor


def statuses(kinds: str) -> list[str]:
    """Feed one probe a character (o: ok, x: failed, c: cached); return the status after each."""
    monitor = Monitor(settings(thresholds=Thresholds(error_rate=0.99)), T0)
    found: list[str] = []
    for at, kind in enumerate(kinds):
        each = (
            cached(at) if kind == "c" else sample(at, error="server_error" if kind == "x" else None)
        )
        monitor.apply(Finished(each), T0 + at)
        found.append(monitor.summary(TARGET, T0 + at).status)
    return found


def test_they_are_in_no_figure_but_their_own() -> None:
    good = [sample(at, 300.0, ttft_ms=200.0, tokens=(5, 3), cost_usd=0.1) for at in range(3)]
    summary = fed(*good, *map(cached, range(3, 9))).summary(TARGET, T0 + 9)
    assert (summary.cached, summary.cache_sign, summary.total.cached) == (6, HIT, 6)
    assert (summary.requests, summary.ok, summary.total.requests, summary.total.ok) == (3, 3, 3, 3)
    assert (summary.latency.n, summary.latency.min) == (3, 300.0)
    assert (summary.ttft.n, summary.ttft.p50) == (3, 200.0)
    assert (summary.error_rate, summary.errors) == (0.0, {})
    assert (summary.input_tokens, summary.output_tokens) == (15, 9)
    assert summary.cost_usd == pytest.approx(0.3)
    assert summary.total.cost_usd == pytest.approx(0.3)
    assert summary.phases_ms["wait"] == 300.0
    assert summary.last_at == T0 + 8


def test_they_are_in_no_bin() -> None:
    monitor = fed(sample(0), *map(cached, range(1, 5)))
    (first, *_others) = monitor.bins(TARGET, T0, 10.0, 1)
    assert (first.ok, first.failed, first.max_ms) == (1, 0, 100.0)


def test_a_rate_limit_that_a_cache_repeats_is_not_believed() -> None:
    now, then = (RateLimit(Limit(60, left, 9.0)) for left in (50, 1))
    summary = fed(sample(0, rate_limit=now), cached(1, rate_limit=then)).summary(TARGET, T0 + 1)
    assert summary.rate_limit == now


@pytest.mark.parametrize(
    ("kinds", "last"),
    [
        ("c", "unknown"),
        ("ccccccccc", "unknown"),
        ("oc", "up"),
        ("occ", "up"),
        ("occc", "unknown"),
        ("occcccccc", "unknown"),
        ("occcoo", "unknown"),
        ("occcooo", "up"),
        ("occcocococ", "up"),
        ("occcocccocccocccoccc", "unknown"),
        ("xcxcx", "down"),
        ("xxxcccccc", "down"),
        ("xxxocococ", "degraded"),
        ("xxxocococ" + "ooooooooooooooooooooooooooooo", "up"),
        ("xxxcoco", "down"),
        ("occcxxx", "down"),
        ("ococococococ", "up"),
    ],
)
def test_they_neither_prove_that_it_is_up_nor_break_a_streak(kinds: str, last: str) -> None:
    assert statuses(kinds)[-1] == last


def test_a_broken_threshold_stays_broken_behind_them_while_the_window_says_so() -> None:
    slow = [sample(at, 9000.0) for at in range(6)]
    monitor = fed(*slow, *map(cached, range(6, 12)), window=Window(60.0))
    assert monitor.summary(TARGET, T0 + 12).status == "degraded"
    for at in range(70, 74):
        monitor.apply(Finished(cached(at)), T0 + at)
    summary = monitor.summary(TARGET, T0 + 74)
    assert (summary.status, summary.reason) == ("unknown", "cache")


def test_the_log_says_when_it_begins_and_when_it_ends() -> None:
    monitor = fed(sample(0), cached(1), cached(2), sample(3), cached(4))
    assert [e.text for e in monitor.events() if e.kind == "cache"] == [
        "cached reply (x-cache: HIT): not measured"
    ]
    for at in range(5, 15):
        monitor.apply(Finished(sample(at)), T0 + at)
    events = [event for event in monitor.events() if event.kind == "cache"]
    assert [(e.level, e.text, e.target) for e in events[1:]] == [
        ("good", "replies no longer cached", TARGET)
    ]


def test_a_failure_is_one_wherever_it_was_kept() -> None:
    made = dataclasses.replace(sample(0, error="server_error"), cached="age: 5")
    summary = fed(made).summary(TARGET, T0 + 1)
    assert (summary.cached, summary.requests, summary.errors) == (0, 1, {"server_error": 1})


def test_they_leave_the_window_with_time() -> None:
    monitor = fed(cached(0), cached(1), window=Window(30.0))
    assert monitor.summary(TARGET, T0 + 40).cached == 0
    assert monitor.summary(TARGET, T0 + 40).total.cached == 2
