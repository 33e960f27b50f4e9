import dataclasses
import gc
import tracemalloc
from typing import Any

import pytest

from relaytop.config.settings import Price, Thresholds, Window
from relaytop.monitor.event import Event
from relaytop.monitor.monitor import Monitor
from relaytop.probe.sample import Phases, Sample
from relaytop.protocol.messages import Budget, Finished, Hold, Notice, Prices, Pulse
from relaytop.wire.facts import Limit, RateLimit
from tests.support.samples import T0, TARGET, sample, settings


def fed(*samples: Sample, **options: Any) -> Monitor:
    monitor = Monitor(settings(**options), T0)
    for each in samples:
        monitor.apply(Finished(each), each.ended_at)
    return monitor


def texts(monitor: Monitor) -> list[str]:
    return [event.text for event in monitor.events()]


def test_nothing_is_known_at_first() -> None:
    summary = fed().summary(TARGET, T0)
    assert summary.status == "unknown"
    assert summary.error_rate is None
    assert summary.latency.p50 is None
    assert summary.cost_usd is None
    assert summary.input_tokens is None


def test_a_summary_of_good_and_bad() -> None:
    monitor = fed(
        *(sample(i, 100.0 + i, tokens=(5, 3), cost_usd=0.001, ttft_ms=50.0) for i in range(9)),
        sample(10, error="rate_limited", message="slow down"),
    )
    summary = monitor.summary(TARGET, T0 + 11)
    assert (summary.requests, summary.ok) == (10, 9)
    assert summary.error_rate == 0.1
    assert summary.errors == {"rate_limited": 1}
    assert summary.latency.p50 == 104.0
    assert summary.ttft.n == 9
    assert (summary.input_tokens, summary.output_tokens) == (45, 27)
    assert summary.cost_usd is not None
    assert round(summary.cost_usd, 6) == 0.009
    assert summary.last_error is not None
    assert (summary.last_error.message, summary.last_error.request_id) == ("slow down", "req-1")
    assert summary.phases_ms["connect"] == 1.0
    assert (summary.status, summary.broken) == ("up", ())


def test_three_failures_are_down_and_the_log_says_why_in_the_servers_words() -> None:
    monitor = fed(sample(0), *(sample(i, error="auth", message="bad key") for i in (1, 2, 3)))
    assert monitor.summary(TARGET, T0 + 3).status == "down"
    assert texts(monitor)[-1] == "down: auth · bad key"
    assert monitor.errors(TARGET)[0].error_class == "auth"


def test_a_stale_connection_is_neither_good_nor_bad() -> None:
    monitor = fed(sample(0), *(sample(i, stale=True) for i in (1, 2, 3)))
    summary = monitor.summary(TARGET, T0 + 3)
    assert (summary.status, summary.error_rate, summary.stale) == ("up", 0.0, 3)
    assert summary.last_error is None


def test_samples_leave_the_window_though_nothing_comes() -> None:
    monitor = fed(sample(0, 5000.0), *(sample(i, 100.0) for i in range(1, 6)), window=Window(10.0))
    assert monitor.summary(TARGET, T0 + 6).requests == 6
    assert monitor.summary(TARGET, T0 + 10.5).requests == 5
    assert monitor.summary(TARGET, T0 + 100).requests == 0
    assert monitor.summary(TARGET, T0 + 100).total.requests == 6


def test_degraded_by_a_slow_tail_and_up_again_when_it_has_left() -> None:
    monitor = fed(
        *(sample(i, 100.0) for i in range(37)),
        *(sample(37 + i, 9000.0) for i in range(8)),
        window=Window(60.0),
        thresholds=Thresholds(p95_ms=1000.0),
    )
    assert monitor.summary(TARGET, T0 + 45).broken == ("p95", "recent")
    for at in range(45, 80):
        monitor.apply(Finished(sample(at, 100.0)), T0 + at)
    assert monitor.summary(TARGET, T0 + 80).status == "up"


def test_skips_are_counted_with_the_samples_that_follow_them() -> None:
    monitor = fed(sample(0), window=Window(30.0))
    monitor.apply(Pulse(T0 + 5, 1, {TARGET: T0 + 1}, {TARGET: 4}), T0 + 5)
    summary = monitor.summary(TARGET, T0 + 5)
    assert (summary.skipped, summary.running_since) == (4, T0 + 1)
    monitor.apply(Finished(sample(6)), T0 + 6)
    summary = monitor.summary(TARGET, T0 + 6)
    assert (summary.skipped, summary.running_since) == (4, None)
    assert monitor.summary(TARGET, T0 + 40).skipped == 0
    assert monitor.overview(T0 + 40).skipped == 4


def test_a_hold_is_told_with_its_wait() -> None:
    monitor = fed(sample(0, error="rate_limited"))
    monitor.apply(Hold(TARGET, T0 + 12, "rate_limited", asked=True), T0)
    assert monitor.summary(TARGET, T0 + 1).hold_until == T0 + 12
    assert texts(monitor) == ["rate_limited: next probe in 12s, as the server asked"]
    monitor.apply(Finished(sample(13)), T0 + 13)
    assert monitor.summary(TARGET, T0 + 13).hold_until is None


def held(monitor: Monitor, *waits: tuple[str, float, bool]) -> list[str]:
    """Apply waits of (reason, seconds, whether the server asked); return what the log says."""
    for number, (reason, wait_s, asked) in enumerate(waits):
        now = T0 + number
        monitor.apply(Hold(TARGET, now + wait_s, reason, asked=asked), now)
    return [event.text for event in monitor.events() if event.kind == "limit"]


def test_a_hold_is_told_once_until_it_changes() -> None:
    again = [("rate_limited", wait_s, True) for wait_s in (12.0, 11.0, 30.0, 2.0)]
    assert held(fed(), *again) == ["rate_limited: next probe in 12s, as the server asked"]
    longer = [("rate_limited", 2.0, True), ("rate_limited", 60.0, True)]
    assert held(fed(), *longer) == [
        "rate_limited: next probe in 60s, as the server asked (2nd time in 1 min)"
    ]
    own = [("overloaded", wait_s, False) for wait_s in (0.1, 0.9, 7.0, 0.2, 3.0)]
    assert held(fed(), *own) == ["overloaded: next probe in 0s (backing off)"]
    other = [("rate_limited", 12.0, True), ("auth", 60.0, False)]
    assert held(fed(), *other)[1] == "auth: retrying every 60 s; needs a fix (key, credit, model)"


def test_a_hold_is_told_again_after_it_was_clear() -> None:
    monitor = fed()
    for number in range(2):
        held(monitor, ("rate_limited", 12.0, True))
        for at in range(5):
            monitor.apply(Finished(sample(20 + 5 * number + at)), T0 + 20 + 5 * number + at)
    (event,) = [event for event in monitor.events() if event.kind == "limit"]
    assert event.times == 2


def test_the_budget_pauses_and_the_next_probe_ends_it() -> None:
    monitor = fed(sample(0))
    monitor.apply(Hold(TARGET, T0 + 999, "budget", asked=False), T0)
    monitor.apply(Budget(1.0, 1.0, "reached"), T0)
    summary = monitor.summary(TARGET, T0)
    assert (summary.status, summary.reason) == ("paused", "budget")
    assert any("budget reached" in text for text in texts(monitor))
    monitor.apply(Finished(sample(5)), T0 + 5)
    assert monitor.summary(TARGET, T0 + 5).status == "up"


def test_every_provider_failing_alike_points_at_this_box() -> None:
    def down(*names: str, error: str = "connect") -> None:
        for name in names:
            for at in (1, 2, 3):
                monitor.apply(Finished(sample(at, target=name, error=error)), T0 + at)

    monitor = Monitor(settings("a/m", "a/n", "b/m"), T0)
    down("a/m", "a/n")
    assert monitor.overview(T0 + 3).common_error is None
    down("b/m", error="auth")
    assert monitor.overview(T0 + 3).common_error is None
    down("b/m")
    assert monitor.overview(T0 + 3).common_error == "connect"
    monitor.apply(Finished(sample(4, target="a/n")), T0 + 4)
    for at in (5, 6):
        monitor.apply(Finished(sample(at, target="a/n")), T0 + at)
    assert monitor.overview(T0 + 6).common_error is None


def test_the_cost_per_hour_is_estimated_then_measured() -> None:
    prices = {"m": Price(2.0, 8.0)}
    monitor = Monitor(settings(prices=prices), T0)
    estimate = monitor.overview(T0).usd_per_h
    assert estimate is not None
    assert estimate > 0
    for at in range(1, 61):
        monitor.apply(Finished(sample(at, cost_usd=0.001)), T0 + at)
    measured = monitor.overview(T0 + 60).usd_per_h
    assert measured is not None
    assert round(measured, 2) == 3.60


def test_another_cadence_is_measured_anew() -> None:
    monitor = Monitor(settings(prices={"m": Price(2.0, 8.0)}), T0)
    for at in range(1, 61):
        monitor.apply(Finished(sample(at, cost_usd=0.001)), T0 + at)
    monitor.scale(0.1)
    overview = monitor.overview(T0 + 60)
    assert overview.usd_per_h == overview.projected_usd_per_h
    for at in range(1, 61):
        monitor.apply(Finished(sample(60 + at / 2, cost_usd=0.001)), T0 + 60 + at / 2)
    measured = monitor.overview(T0 + 90).usd_per_h
    assert measured is not None
    assert round(measured, 1) == 7.2
    monitor.pause(TARGET, T0 + 90, "user")
    assert monitor.overview(T0 + 91).usd_per_h == 0


def test_a_dead_engine_probes_nothing() -> None:
    monitor = fed(*(sample(at) for at in range(10)))
    assert monitor.overview(T0 + 10).probes_s > 0
    monitor.engine_lost()
    assert monitor.overview(T0 + 10).probes_s == 0


def test_a_key_that_never_worked_is_down_at_once() -> None:
    monitor = fed(sample(0, error="auth", message="bad key"))
    assert monitor.summary(TARGET, T0).status == "down"
    assert texts(monitor) == ["down: auth · bad key"]
    assert fed(sample(0, error="rate_limited")).summary(TARGET, T0).status == "unknown"
    assert fed(sample(0), sample(1, error="auth")).summary(TARGET, T0 + 1).status == "down"


def test_a_phase_that_few_samples_had_is_not_forgotten() -> None:
    connected = sample(0)
    reused = dataclasses.replace(sample(1), phases=Phases(wait_ms=70.0, transfer_ms=30.0))
    monitor = fed(
        connected, *(dataclasses.replace(reused, ended_at=T0 + at / 2) for at in range(1, 400))
    )
    phases = monitor.summary(TARGET, T0 + 200).phases_ms
    assert phases["connect"] == 1.0
    assert (phases["wait"], phases["transfer"]) == (70.0, 30.0)


def test_timeouts_cut_off_the_first_token_too() -> None:
    good = [sample(at, ttft_ms=50.0) for at in range(90)]
    monitor = fed(*good, *(sample(at, error="timeout") for at in range(90, 100)))
    ttft = monitor.summary(TARGET, T0 + 100).ttft
    assert (ttft.p50, ttft.p95, ttft.p99) == (50.0, None, None)
    assert ttft.censored == {"p95", "p99"}
    whole = fed(*(sample(at) for at in range(9)), sample(9, error="timeout"))
    assert whole.summary(TARGET, T0 + 9).ttft.censored == frozenset()


def test_the_rate_limit_is_remembered_with_its_moment() -> None:
    limits = RateLimit(Limit(60, 58, 12.0))
    monitor = fed(sample(0, rate_limit=limits), sample(5))
    summary = monitor.summary(TARGET, T0 + 6)
    assert (summary.rate_limit, summary.rate_limit_at) == (limits, T0)


def test_bins_are_the_same_however_they_are_read() -> None:
    monitor = fed(
        *(sample(i * 0.7, 100.0 + i, error="connect" if i % 9 == 0 else None) for i in range(80))
    )
    for shift in range(30):
        start = T0 + shift * 2.0
        kept = list(monitor.bins(TARGET, start, 2.0, 20))
        monitor.bins(TARGET, start - 100, 3.0, 20)
        fresh = fed(
            *(
                sample(i * 0.7, 100.0 + i, error="connect" if i % 9 == 0 else None)
                for i in range(80)
            )
        ).bins(TARGET, start, 2.0, 20)
        assert kept == fresh
    assert sum(b.ok + b.failed for b in monitor.bins(TARGET, T0, 60.0, 1)) == 80


def test_notices_that_differ_in_their_figures_alone_are_one_line() -> None:
    monitor = Monitor(settings("a/x"), T0)
    for number in range(3):
        text = f"this process was suspended for 1.{number} s: {number} probes are not counted"
        monitor.apply(Notice("warning", text), T0 + number)
    monitor.apply(Notice("warning", "the ledger is locked"), T0 + 9)
    assert [event.text for event in monitor.events()] == [
        "this process was suspended for 1.2 s: 2 probes are not counted (3rd time in 1 min)",
        "the ledger is locked",
    ]


def test_notices_and_unknown_targets_do_no_harm() -> None:
    monitor = fed()
    monitor.apply(Notice("warning", "ledger locked"), T0)
    monitor.apply(Finished(sample(0, target="who/is")), T0)
    monitor.apply(Hold("who/is", T0, "auth", asked=False), T0)
    assert texts(monitor) == ["ledger locked"]


def test_a_monitor_that_nobody_looks_at_does_not_grow() -> None:
    monitor = Monitor(settings(history=10), T0)

    def watch(start: int, seconds: int) -> None:
        for at in range(start, start + seconds):
            made = sample(float(at), 100.0, cost_usd=0.001)
            monitor.apply(Finished(made), T0 + at)

    watch(0, 1000)
    tracemalloc.start()
    watch(1000, 5000)
    gc.collect()
    grown, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 50_000


def test_the_wait_is_divided_by_the_servers_own_word() -> None:
    told = [
        dataclasses.replace(sample(i, 100.0), server_ms=90.0 + i, relay_ms=10.0) for i in range(3)
    ]
    summary = fed(*told).summary(TARGET, T0 + 5)
    assert summary.split_ms == {"upstream": 81.0, "relay": 10.0, "path": 9.0}
    vague = dataclasses.replace(sample(4, 100.0), server_ms=120.0)
    assert fed(*told, vague).summary(TARGET, T0 + 5).split_ms == {"server": 120.0, "path": 0.0}
    assert fed(sample()).summary(TARGET, T0 + 5).split_ms == {}


def test_what_max_rpm_held_back_leaves_with_the_window() -> None:
    monitor = fed(sample(0), sample(300), window=Window(seconds=60.0))
    monitor.apply(Pulse(T0 + 1, 0, paced={TARGET: 3}), T0 + 1)
    monitor.apply(Pulse(T0 + 301, 0, paced={TARGET: 5}), T0 + 301)
    assert monitor.summary(TARGET, T0 + 302).paced == 2
    assert monitor.overview(T0 + 302).paced == 2


def test_a_scarce_limit_is_told_once_until_there_is_enough_again() -> None:
    scarce, between, ample = (RateLimit(Limit(100, left, 30.0)) for left in (5, 15, 90))
    monitor = fed(sample(0, rate_limit=scarce))

    def times() -> int:
        (event,) = [event for event in monitor.events() if event.kind == "limit"]
        assert "rate limit nearly used (5/100): probing slowed" in event.text
        return event.times

    at = 1.0
    for limit in (scarce, between, None, scarce, *[ample] * 4, scarce):
        monitor.apply(Finished(sample(at, rate_limit=limit)), T0 + at)
        if limit is scarce:
            monitor.apply(Hold(TARGET, T0 + at + 30, "scarce", asked=False), T0 + at)
            assert times() == 1
        at += 1
    for limit in (*[ample] * 5, scarce):
        monitor.apply(Finished(sample(at, rate_limit=limit)), T0 + at)
        at += 1
    monitor.apply(Hold(TARGET, T0 + 100, "scarce", asked=False), T0 + at)
    assert times() == 2


def test_list_prices_make_an_estimate_where_the_config_has_none() -> None:
    monitor = fed()
    assert monitor.overview(T0).projected_usd_per_h is None
    monitor.apply(Prices("relay", {"m": Price(2.0, 8.0, source="list")}), T0)
    overview = monitor.overview(T0)
    assert overview.usd_per_h_complete
    assert overview.projected_usd_per_h is not None
    assert overview.usd_per_h == overview.projected_usd_per_h


def test_a_phase_that_few_probes_have_is_counted_apart() -> None:
    connecting = dataclasses.replace(
        sample(0, 210.0), phases=Phases(connect_ms=300.0, wait_ms=200.0)
    )
    kept = [dataclasses.replace(sample(i, 210.0), phases=Phases(wait_ms=200.0)) for i in range(9)]
    summary = fed(connecting, *kept).summary(TARGET, T0 + 10)
    assert summary.phases_n == {"total": 10, "connect": 1, "wait": 10, "transfer": 10}
    assert summary.phases_ms["connect"] == pytest.approx(300.0, rel=0.03)


def test_one_reply_without_a_cost_makes_the_cost_a_bound() -> None:
    summary = fed(sample(0, cost_usd=0.25), sample(1)).summary(TARGET, T0 + 2)
    assert (summary.cost_usd, summary.cost_complete) == (0.25, False)
    assert (summary.total.cost_usd, summary.total.cost_complete) == (0.25, False)
    unknown = fed(sample(0)).summary(TARGET, T0 + 2)
    assert (unknown.cost_usd, unknown.total.cost_usd) == (None, None)


def test_a_probe_that_this_process_slept_through_is_in_no_figure() -> None:
    slept = dataclasses.replace(sample(1, 48_700.0), stalled_here=True)
    failed = dataclasses.replace(sample(2, error="timeout"), stalled_here=True)
    summary = fed(sample(0), slept, failed, sample(3)).summary(TARGET, T0 + 4)
    assert (summary.requests, summary.ok, summary.stalled_here) == (2, 2, 2)
    assert (summary.latency.max, summary.errors, summary.error_rate) == (100.0, {}, 0.0)
    assert summary.status == "up"


def test_both_are_known_where_the_budget_counts_more_than_a_reply_says() -> None:
    monitor = Monitor(settings(), T0)
    for at in range(3):
        made = sample(at, cost_usd=0.0)
        monitor.apply(Finished(made, counted_usd=0.002), T0 + at)
    total = monitor.summary(TARGET, T0 + 3).total
    assert (total.cost_usd, total.counted_usd, total.counts_more) == (0.0, 0.006, True)
    monitor = Monitor(settings(), T0)
    monitor.apply(Finished(sample(0, cost_usd=0.002), counted_usd=0.002), T0)
    assert not monitor.summary(TARGET, T0).total.counts_more


def test_an_event_has_the_status_of_its_target_then() -> None:
    monitor = fed(sample(0))
    for at in range(5, 30, 5):
        monitor.apply(Finished(sample(at, error="timeout")), T0 + at)
    held(monitor, ("rate_limited", 12.0, True))
    monitor.note(Event(T0 + 40, "notice", "info", None, "of no target"))
    found = {(event.kind, event.status, event.why) for event in monitor.events()}
    assert ("status", "up", None) in found
    assert ("status", "down", "timeout") in found
    assert ("limit", "down", "timeout") in found
    assert ("notice", None, None) in found
