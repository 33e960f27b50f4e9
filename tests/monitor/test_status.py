"""Which rules make a target degraded or down, since when, and when that is over."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from relaytop.config.settings import Thresholds, Window
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished, Hold, Pulse
from tests.support.samples import T0, TARGET, sample, settings

if TYPE_CHECKING:
    from relaytop.monitor.summary import Summary
    from relaytop.probe.sample import Sample

STEP_S = 5.0


class Probes:
    """Feeds one probe every five seconds (o: ok, x: failed, s: slow, k: a refused key)."""

    def __init__(self, **options: Any) -> None:
        self.monitor = Monitor(settings(**options), T0)
        self.at = 0.0

    def __call__(self, steps: str) -> Summary:
        for step in steps:
            self.at += STEP_S
            self.finish(self.made(step))
        return self.summary

    def made(self, step: str) -> Sample:
        error = {"x": "server_error", "k": "auth"}.get(step)
        return sample(self.at, 9000.0 if step == "s" else 100.0, error=error)

    def finish(self, made: Sample) -> None:
        self.monitor.apply(Finished(made), T0 + self.at)

    @property
    def summary(self) -> Summary:
        return self.monitor.summary(TARGET, T0 + self.at)

    @property
    def log(self) -> list[str]:
        return [event.text for event in self.monitor.events() if event.kind == "status"]


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ("", "unknown"),
        ("o", "up"),
        ("x", "unknown"),
        ("xx", "unknown"),
        ("xxx", "down"),
        ("oxxo", "up"),
        ("oxxx", "down"),
        ("oxxxoo", "down"),
        ("oxxxooo", "degraded"),
        ("oxoxox", "degraded"),
        ("sss", "degraded"),
        ("ososos", "degraded"),
        ("ooooooooooxx", "up"),
        ("ooooooooooxxx", "degraded"),
        ("ooooooooooxxxxx", "down"),
        ("k", "down"),
        ("oooooooooook", "down"),
        ("ookooo", "degraded"),
    ],
)
def test_the_last_ten_probes_decide(steps: str, status: str) -> None:
    assert Probes()(steps).status == status


def test_two_of_ten_are_too_many_after_a_clean_hour() -> None:
    probes = Probes()
    assert probes("o" * 120 + "xo").status == "up"
    summary = probes("x")
    assert (summary.status, summary.broken) == ("degraded", ("recent",))
    assert (summary.recent_bad, summary.recent) == (2, 10)
    assert probes.log[-1] == "degraded: 2 of the last 10 failed or slow"


def test_a_threshold_that_tolerates_errors_is_heeded() -> None:
    assert Probes(thresholds=Thresholds(error_rate=0.5))("o" * 120 + "xoxoxo").status == "up"


def test_it_is_up_again_after_a_clean_short_window_however_full_the_window_is() -> None:
    probes = Probes()
    probes("o" * 120 + "x" * 30)
    assert probes("oo").status == "down"
    assert probes.summary.recovering_ok == 2
    summary = probes("o" * 7)
    assert (summary.status, summary.recovering_ok) == ("degraded", 9)
    assert summary.broken[-1] == "recovering"
    summary = probes("o")
    assert (summary.status, summary.recovering_ok) == ("up", None)
    assert summary.error_rate is not None
    assert summary.error_rate > 0.05


def test_rare_errors_take_longer_to_be_over() -> None:
    probes = Probes()
    probes("o" * 120 + "xoooo" * 8)
    assert probes("o" * 10).status == "degraded"
    assert probes("o" * 10).status == "up"


def test_what_comes_back_at_once_has_not_been_over() -> None:
    probes = Probes()
    probes("o" * 120)
    last = [probes("xx" + "o" * 10).status for _ in range(4)]
    assert last == ["up", "degraded", "degraded", "degraded"]
    assert probes("o" * 60).status == "up"


@pytest.mark.parametrize(
    ("latency_ms", "slower_ms", "status"),
    [
        (300.0, 600.0, "degraded"),
        (300.0, 330.0, "up"),
        (0.5, 5.0, "up"),
        (20.0, 30.0, "up"),
        (5.0, 900.0, "degraded"),
    ],
)
def test_slower_than_its_own_hour(latency_ms: float, slower_ms: float, status: str) -> None:
    probes = Probes()
    for index in range(140):
        probes.at += STEP_S
        factor = 1.0 + 0.2 * (index % 5 - 2)
        probes.finish(sample(probes.at, (latency_ms if index < 120 else slower_ms) * factor))
    summary = probes.summary
    assert summary.status == status
    if status == "degraded":
        assert summary.broken == ("slower",)
        assert summary.slower_by is not None
        assert summary.slower_by > 1.5
        assert "its last hour" in probes.log[-1]


def test_what_lasts_an_hour_is_usual() -> None:
    probes = Probes()
    for index in range(1000):
        probes.at += STEP_S
        factor = 1.0 + 0.2 * (index % 5 - 2)
        probes.finish(sample(probes.at, (300.0 if index < 120 else 700.0) * factor))
    assert probes.summary.status == "up"


def test_a_percentile_needs_the_samples_that_carry_it() -> None:
    limits = Thresholds(p95_ms=1000.0)
    early = Probes(thresholds=limits)("soooooooo" * 2 + "s")
    assert (early.requests, early.status) == (19, "up")
    late = Probes(thresholds=limits)("ooo" + "sooooos" * 4)
    assert "p95" in late.broken


def test_chance_alone_breaks_no_threshold() -> None:
    assert Probes()("oooooooooo" * 5 + "xooooooooo" * 4).status == "up"  # 4 of 90, 4.4 %
    many = Probes()("xooooooooo" * 12 + "x")
    assert (many.status, many.broken) == ("degraded", ("error_rate",))


def test_late_first_tokens() -> None:
    probes = Probes()
    for _ in range(10):
        probes.at += STEP_S
        probes.finish(sample(probes.at, 1800.0, ttft_ms=1200.0))
    assert probes.summary.broken == ("ttft",)
    assert probes.log[-1] == "degraded: TTFT 1200 ms > 1000 ms"
    for _ in range(10):
        probes.at += STEP_S
        probes.finish(sample(probes.at, 1800.0, ttft_ms=500.0))
    assert probes.summary.status == "up"


# ── a probe that hangs ───────────────────────────────────────────────────────


@pytest.mark.parametrize(("latency_ms", "hangs_after_s"), [(100.0, 5.0), (2500.0, 10.0)])
def test_a_probe_that_hangs(latency_ms: float, hangs_after_s: float) -> None:
    probes = Probes(thresholds=Thresholds(p95_ms=20_000.0))
    for _ in range(30):
        probes.at += STEP_S
        probes.finish(sample(probes.at, latency_ms))
    monitor, began_at = probes.monitor, T0 + probes.at
    monitor.apply(Pulse(began_at + 1, 1, {TARGET: began_at}), began_at + 1)
    assert monitor.summary(TARGET, began_at + hangs_after_s - 0.1).status == "up"
    assert monitor.overview(began_at + hangs_after_s + 0.1).counts == {"degraded": 1}
    summary = monitor.summary(TARGET, began_at + hangs_after_s + 0.1)
    assert (summary.status, summary.broken) == ("degraded", ("hanging",))
    assert probes.log[-1] == "degraded: hanging"


def test_a_target_that_never_answered_hangs_from_five_seconds_on() -> None:
    probes = Probes()
    probes.monitor.apply(Pulse(T0 + 1, 1, {TARGET: T0}), T0 + 1)
    assert probes.monitor.summary(TARGET, T0 + 4.9).status == "unknown"
    assert probes.monitor.summary(TARGET, T0 + 5.1).status == "degraded"


def test_others_that_answer_meanwhile_do_not_end_it() -> None:
    probes = Probes()
    probes("o" * 30)
    began_at = T0 + probes.at
    for _ in range(4):
        probes.at += STEP_S
        probes.monitor.apply(Finished(probes.made("o"), began_at), T0 + probes.at)
        assert probes.summary.broken in {(), ("hanging",)}
    assert probes.summary.status == "degraded"
    probes.at += STEP_S
    probes.finish(sample(probes.at, error="timeout"))
    assert probes("o" * 9).broken == ("recovering",)
    assert probes("o" * 5).status == "up"


def test_a_slow_answer_within_its_threshold_was_no_incident() -> None:
    probes = Probes(thresholds=Thresholds(p95_ms=20_000.0))
    probes("ooo")
    probes.monitor.apply(Pulse(T0 + 22, 1, {TARGET: T0 + 16}), T0 + 22)
    assert probes.summary.status == "degraded"
    probes.at = 24.0
    probes.finish(sample(probes.at, 8000.0))
    assert probes("o" * 7).status == "up"


# ── since, pauses, repeats ───────────────────────────────────────────────────


def test_since_is_when_it_last_left_up() -> None:
    probes = Probes()
    probes("o" * 20)
    degraded = probes("xxx")
    assert (degraded.status, degraded.since) == ("degraded", T0 + probes.at)
    down = probes("xxxx")
    assert (down.status, down.since) == ("down", degraded.since)
    again = probes("ooo")
    assert (again.status, again.since) == ("degraded", degraded.since)
    up = probes("o" * 7)
    assert (up.status, up.since) == ("up", T0 + probes.at)


@pytest.mark.parametrize("reason", ["user", "budget"])
@pytest.mark.parametrize(("steps", "status"), [("ooxxxx", "down"), ("ooo", "up")])
def test_a_pause_keeps_what_was_known(reason: str, steps: str, status: str) -> None:
    probes = Probes()
    before = probes(steps)
    if reason == "user":
        probes.monitor.pause(TARGET, T0 + probes.at + 1, "user")
    else:
        held = Hold(TARGET, T0 + 9000, "budget", asked=False)
        probes.monitor.apply(held, T0 + probes.at + 1)
    paused = probes.summary
    assert (paused.status, paused.reason) == ("paused", reason)
    assert paused.last_status == status
    assert (paused.since, paused.recovering_ok) == (T0 + probes.at + 1, None)
    probes.at += 7200.0
    if reason == "user":
        probes.monitor.resume(TARGET, T0 + probes.at)
        resumed = probes.summary
        assert (resumed.status, resumed.since) == (status, before.since)
        assert resumed.reason == "before_pause"
        assert resumed.last_status is None
    summary = probes("o")
    assert (summary.status, summary.since, summary.reason) == (status, before.since, None)


def test_repeats_are_one_line_with_their_number() -> None:
    probes = Probes()
    probes("ooxxx")
    for _ in range(3):
        probes("ooox")
        probes("xx")
    downs = [text for text in probes.log if text.startswith("down")]
    assert downs == ["down: server_error · no (4th time in 2 min)"]
    probes("o" * 300 + "xxxxx")
    downs = [text for text in probes.log if text.startswith("down")]
    assert downs[1:] == ["down: server_error · no"]


def test_a_job_judges_all_of_its_run() -> None:
    whole = Monitor(settings(window=Window(seconds=None, count=500)), T0, whole_run=True)
    for at in range(200):
        error = "server_error" if at < 60 else None
        whole.apply(Finished(sample(at, error=error)), T0 + at)
    summary = whole.summary(TARGET, T0 + 200)
    assert (summary.status, summary.broken) == ("degraded", ("error_rate", "recovering"))


def test_stale_connections_change_nothing() -> None:
    probes = Probes()
    before = probes("ooxxxx")
    stale = dataclasses.replace(sample(probes.at, stale=True))
    probes.finish(stale)
    assert dataclasses.replace(probes.summary, stale=0) == dataclasses.replace(before, stale=0)
