"""Each stream's longest silence, and the threshold for it."""

import dataclasses
from typing import Any

import pytest

from relaytop.config.settings import Thresholds
from relaytop.monitor.monitor import Monitor
from relaytop.probe.sample import Sample
from relaytop.protocol.messages import Finished
from tests.support.samples import T0, TARGET, sample, settings


def silent(at: float, gap_ms: float | None) -> Sample:
    return dataclasses.replace(sample(at, 900.0, ttft_ms=300.0), gap_ms=gap_ms)


def fed(*samples: Sample, **options: Any) -> Monitor:
    monitor = Monitor(settings(**options), T0)
    for each in samples:
        monitor.apply(Finished(each), each.ended_at)
    return monitor


def test_median_and_longest() -> None:
    gaps = [40.0, 50.0, 60.0, 7000.0]
    summary = fed(*(silent(at, gap) for at, gap in enumerate(gaps)), silent(4, None)).summary(
        TARGET, T0 + 5
    )
    assert summary.gap.n == 4
    assert summary.gap.p50 == pytest.approx(55.0, rel=4e-3)
    assert summary.gap.max == pytest.approx(7000.0, rel=4e-3)


@pytest.mark.parametrize("gap_ms", [0.0, 0.003, 0.7, 12.34, 999.9, 5001.0, 64_000.0, 1e6])
def test_what_the_ring_rounds_is_small_and_leaves_the_window_again(gap_ms: float) -> None:
    monitor = fed(silent(0, gap_ms))
    found = monitor.summary(TARGET, T0).gap.max
    assert found == pytest.approx(gap_ms, rel=4e-3, abs=0.004)
    assert monitor.summary(TARGET, T0 + 1000).gap.n == 0


def test_a_threshold_that_is_broken_is_degraded_and_the_sample_stays_good() -> None:
    monitor = fed(
        *(silent(at, 1500.0) for at in range(20)),
        thresholds=Thresholds(gap_ms=1000.0, ttft_ms=1e4),
    )
    summary = monitor.summary(TARGET, T0 + 20)
    assert (summary.status, summary.broken) == ("degraded", ("gap", "recent"))
    assert (summary.ok, summary.requests, summary.errors) == (20, 20, {})
    assert monitor.events()[-1].text == "degraded: 3 of the last 3 failed or slow"


def test_one_silence_of_many_streams_breaks_none() -> None:
    gaps = [*[50.0] * 40, 9000.0]
    monitor = fed(*(silent(at, gap) for at, gap in enumerate(gaps)))
    assert monitor.summary(TARGET, T0 + 41).status == "up"


def test_a_ttft_that_is_an_upper_bound_is_counted_where_that_matters() -> None:
    slacks = [None, 0.2, 4.0, 40.0, 200.0]
    made = [
        dataclasses.replace(silent(at, 1.0), ttft_slack_ms=slack) for at, slack in enumerate(slacks)
    ]
    assert fed(*made).summary(TARGET, T0 + 5).ttft_bounds == 2
