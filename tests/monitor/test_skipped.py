"""Probes that were due and not sent bound the percentiles: a stall is not hidden."""

import dataclasses
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.monitor import Monitor
from relaytop.monitor.skipped import SkippedWaits
from relaytop.monitor.sorted_window import SHARES, SortedWindow
from relaytop.protocol.messages import Finished, Pulse
from tests.support.samples import T0, TARGET, sample, settings

INTERVAL_S, TIMEOUT_S, SERVICE_S = 0.5, 30.0, 0.05


def ends_at(at: float, *, stall_s: float, every_s: float) -> float:
    """When a request of that moment is answered by a server that stalls once in each span."""
    phase = (at - 5) % every_s
    return (at - phase + stall_s if phase < stall_s else at) + SERVICE_S


def observed(in_flight: int, stall_s: float, every_s: float) -> tuple[Monitor, list[float]]:
    """Ten minutes of a stalling target as relaytop sees it, and all that were due (ms)."""
    monitor = Monitor(settings(interval_s=INTERVAL_S), T0)
    pending: list[tuple[float, float]] = []
    skipped, everyone = 0, []
    for tick in range(1200):
        at = tick * INTERVAL_S
        for ended, began in sorted(each for each in pending if each[0] <= at):
            found = sample(ended, (ended - began) * 1000)
            found = dataclasses.replace(found, sent_at=T0 + began)
            monitor.apply(Finished(found), T0 + ended)
            pending.remove((ended, began))
        ended = ends_at(at, stall_s=stall_s, every_s=every_s)
        everyone.append((ended - at) * 1000)
        if len(pending) < in_flight:
            pending.append((ended, at))
        else:
            skipped += 1
            monitor.apply(Pulse(T0 + at, 0, skipped={TARGET: skipped}), T0 + at)
    return monitor, everyone


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[int(share * (len(ordered) - 1))]


@pytest.mark.parametrize("in_flight", [1, 4, 6])
@pytest.mark.parametrize(("stall_s", "every_s"), [(10.0, 30.0), (3.0, 60.0), (20.0, 100.0)])
def test_the_truth_lies_within_the_bounds(in_flight: int, stall_s: float, every_s: float) -> None:
    monitor, everyone = observed(in_flight, stall_s, every_s)
    found = monitor.summary(TARGET, T0 + 600).latency
    for name, share in SHARES.items():
        low, high = found.bounds.get(name, (None, None))
        true = percentile(everyone, share)
        assert low is not None
        assert high is not None
        assert low - SERVICE_S * 2000 <= true <= high + SERVICE_S * 2000, name
        assert high <= true + 2 * INTERVAL_S * 1000, f"{name}: no further off than the cadence"


def test_with_six_in_flight_the_bounds_are_one_figure() -> None:
    monitor, everyone = observed(6, 10.0, 30.0)
    found = monitor.summary(TARGET, T0 + 600)
    assert found.skipped > 200
    assert found.latency.range_of("p95") is None
    assert found.latency.bounds["p95"][0] == pytest.approx(percentile(everyone, 0.95), rel=0.03)


def test_with_one_in_flight_a_p95_that_looks_well_is_a_range() -> None:
    monitor, _everyone = observed(1, 10.0, 30.0)
    found = monitor.summary(TARGET, T0 + 600).latency
    assert found.p95 == pytest.approx(50.0)
    low, high = found.range_of("p95") or (0.0, 0.0)
    assert low == pytest.approx(50.0)
    assert high == pytest.approx(8550.0, rel=0.07)


def test_a_stall_that_goes_on_may_last_until_the_deadline() -> None:
    monitor = Monitor(settings(interval_s=INTERVAL_S), T0)
    for at in range(20):
        monitor.apply(Finished(sample(at * INTERVAL_S, 50.0)), T0 + at * INTERVAL_S)
    monitor.apply(Pulse(T0 + 15, 1, skipped={TARGET: 9}), T0 + 15)
    found = monitor.summary(TARGET, T0 + 15).latency.range_of("p95")
    assert found is not None
    assert found[0] == pytest.approx(50.0)
    assert found[1] is None, "the deadline"


def test_what_was_skipped_leaves_the_window_with_its_sample() -> None:
    monitor, _everyone = observed(1, 10.0, 30.0)
    late = T0 + 600 + 700
    monitor.apply(Finished(sample(1300, 50.0)), late)
    found = monitor.summary(TARGET, late)
    assert found.skipped == 0
    assert not found.latency.bounds


def test_nothing_skipped_has_no_bounds() -> None:
    monitor = Monitor(settings(), T0)
    monitor.apply(Finished(sample()), T0)
    assert not monitor.summary(TARGET, T0).latency.bounds


@given(
    st.lists(st.floats(1, 1e4), min_size=1, max_size=60),
    st.lists(st.integers(1, 40), max_size=6),
    st.integers(0, 5),
)
def test_the_upper_bound_is_the_percentile_of_all_of_them(
    values: list[float], runs: list[int], timeouts: int
) -> None:
    window, waits = SortedWindow(), SkippedWaits(500.0, 8000.0)
    for value in values:
        window.add(value)
    for run in runs:
        waits.change(run, 1, ended=True)
    found = window.distribution(timeouts, waits)
    usual_ms = window.percentile(0.5) or 0.0
    everyone = (
        [window.percentile(k / (len(values) - 1)) or 0.0 for k in range(len(values))]
        if (len(values) > 1)
        else [usual_ms]
    )
    everyone += [min(j * 500.0 + usual_ms, 8000.0) for run in runs for j in range(1, run + 1)]
    everyone = sorted(everyone) + [math.inf] * timeouts
    for name, share in SHARES.items():
        true = everyone[int(share * (len(everyone) - 1))]
        high = found.bounds[name][1]
        if timeouts > (1 - share) * len(everyone) or true == math.inf:
            assert high is None
        else:
            assert high == pytest.approx(true, rel=1e-5)


def test_long_runs_cost_little() -> None:
    """The work is by the distinct waits, of which a record holds 255 at the most."""
    chance = random.Random(1)
    waits = SkippedWaits(100.0, 30_000.0)
    for _ in range(3600):
        waits.change(chance.randint(1, 255), 1, ended=True)
    waits_ms, counts = waits.waits_ms(10.0)
    assert len(waits_ms) == len(counts) <= 255
    assert counts[-1] == len(waits)
