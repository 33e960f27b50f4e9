"""This box is busy: told when it begins and when it ends, with by how much reads are late."""

import dataclasses
from typing import Any

import pytest

from relaytop.monitor.monitor import Monitor
from relaytop.probe.sample import Clock, Sample
from relaytop.protocol.messages import Finished, Pulse
from tests.support.samples import T0, TARGET, sample, settings


def read(at: float, late_ms: float | None, clock: Clock = "kernel") -> Sample:
    return dataclasses.replace(sample(at), late_ms=late_ms, clock=clock)


def fed(*samples: Sample, **options: Any) -> Monitor:
    monitor = Monitor(settings(**options), T0)
    for each in samples:
        monitor.apply(Finished(each), each.ended_at)
    return monitor


def lines(monitor: Monitor) -> list[tuple[str, str]]:
    return [(e.level, e.text) for e in monitor.events() if e.kind == "busy"]


BEGINS = (
    "warning",
    (
        "this host is busy: replies are read up to 32 ms late (P99 over 1 min); "
        "kernel timestamps exclude that from latencies"
    ),
)


def test_a_busy_box_is_told_once_and_again_when_it_is_over() -> None:
    monitor = fed(*(read(at, 32.0) for at in range(30)))
    assert lines(monitor) == [BEGINS]
    assert monitor.overview(T0 + 30).busy_ms == 32.0
    for at in range(30, 120):
        monitor.apply(Finished(read(at, 0.1)), T0 + at)
    assert lines(monitor) == [BEGINS, ("good", "this host is no longer busy")]
    assert monitor.overview(T0 + 120).busy_ms is None


@pytest.mark.parametrize(
    "late", [[0.1] * 100, [4.0] * 100, [*[0.1] * 11, 500.0], [400.0] * 5, [None] * 50]
)
def test_chance_is_not_busy(late: list[float | None]) -> None:
    monitor = fed(*(read(at, each) for at, each in enumerate(late)))
    assert lines(monitor) == []


def test_what_is_a_little_less_late_is_still_busy() -> None:
    steps = [*[8.0] * 20, *[3.0] * 200, *[8.0] * 20]
    assert len(lines(fed(*(read(at, each) for at, each in enumerate(steps))))) == 1


def test_it_ends_too_where_nothing_is_read_any_more() -> None:
    monitor = fed(*(read(at, 30.0) for at in range(20)))
    monitor.apply(Pulse(T0 + 200, 0), T0 + 200)
    assert [level for level, _text in lines(monitor)] == ["warning", "good"]


def test_median_and_p99_and_the_clock() -> None:
    made = [read(0, 0.0), read(1, 2.0), *(read(at, None, "user") for at in (2, 3))]
    summary = fed(*made).summary(TARGET, T0 + 4)
    assert (summary.late.n, summary.late.p50, summary.late.max) == (2, 1.0, 2.0)
    assert summary.clock == "mixed"
    assert fed(*made[:2]).summary(TARGET, T0 + 4).clock == "kernel"
    assert fed(*made[2:]).summary(TARGET, T0 + 4).clock == "user"
    assert fed().summary(TARGET, T0).clock is None


def test_late_reads_of_failures_are_this_boxs_too() -> None:
    failed = dataclasses.replace(sample(0, error="server_error"), late_ms=8.0, clock="kernel")
    summary = fed(failed).summary(TARGET, T0)
    assert (summary.late.n, summary.clock) == (1, None)
