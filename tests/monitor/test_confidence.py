"""The intervals of a window's percentiles: order statistics, wider where neighbours are alike."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.confidence import error_inflation, intervals, variance_inflation
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished
from tests.support.samples import T0, TARGET, sample, settings


def test_they_are_order_statistics_around_the_percentile() -> None:
    values = [float(i) for i in range(1, 101)]
    random.Random(1).shuffle(values)
    low, high = intervals(values, 1e4)["p50"]
    assert low == pytest.approx(40, abs=1)
    assert high == pytest.approx(60, abs=1)


@pytest.mark.parametrize(("name", "enough"), [("p95", 65), ("p99", 335)])
def test_a_percentile_is_open_above_with_too_few_samples(name: str, enough: int) -> None:
    rng = random.Random(3)
    for n in (enough - 2, enough + 2):
        values = [rng.random() for _ in range(n)]
        inflated = variance_inflation(values) > 1.02
        assert (intervals(values, 1e4)[name][1] is None) == (n < enough or inflated)


def test_timeouts_rank_above_all_and_leave_it_open() -> None:
    values: list[float | None] = [*(float(i) for i in range(90)), *[None] * 10]
    random.Random(1).shuffle(values)
    found = intervals(values, 30_000.0)
    assert found["p95"][1] is None
    assert found["p99"][0] == 30_000.0
    assert found["p50"][1] is not None


def remembering(rng: random.Random, n: int, autocorrelation: float) -> list[float]:
    values = [rng.gauss(0, 1)]
    for _ in range(n - 1):
        noise = rng.gauss(0, 1) * math.sqrt(1 - autocorrelation**2)
        values.append(autocorrelation * values[-1] + noise)
    return values


@pytest.mark.parametrize(("autocorrelation", "inflation"), [(0.0, 1.0), (0.5, 3.0), (0.8, 9.0)])
def test_neighbours_that_are_alike_inflate_the_variance(
    autocorrelation: float, inflation: float
) -> None:
    values = remembering(random.Random(5), 3000, autocorrelation)
    assert variance_inflation(values) == pytest.approx(inflation, rel=0.15)


def test_errors_in_bursts_inflate_the_error_rate() -> None:
    scattered = [index % 20 == 0 for index in range(200)]
    burst = [index < 10 for index in range(200)]
    assert error_inflation(scattered) == 1.0
    assert error_inflation(burst) > 9
    assert error_inflation([False] * 50) == error_inflation([]) == 1.0


@given(st.lists(st.none() | st.floats(0.1, 1e5), max_size=80), st.floats(1e5, 1e6))
def test_the_ends_are_in_order(times_ms: list[float | None], timeout_ms: float) -> None:
    for low, high in intervals(times_ms, timeout_ms).values():
        assert low is None or high is None or low <= high


def test_a_window_gives_its_samples_in_the_order_of_time() -> None:
    monitor = Monitor(settings(), T0)
    values = remembering(random.Random(2), 100, 0.8)
    for index, value in enumerate(values):
        each = sample(index, 200 * math.exp(0.3 * value), ttft_ms=100 * math.exp(0.3 * value))
        monitor.apply(Finished(each), T0 + index)
    for index in range(5):
        monitor.apply(Finished(sample(100 + index, error="timeout")), T0 + 100 + index)
    found = monitor.confidence(TARGET)
    calm = intervals(sorted((200 * math.exp(0.3 * v) for v in values), key=hash), 30_000.0)
    (low, high), (calm_low, calm_high) = found.latency["p50"], calm["p50"]
    assert low is not None
    assert high is not None
    assert calm_low is not None
    assert calm_high is not None
    assert high - low > 1.5 * (calm_high - calm_low)
    assert found.latency["p99"][1] is None
    assert found.ttft.keys() == found.latency.keys()
    assert found.error_vif > 5
