"""Percentiles of histograms: within the bucket in which the exact one lies."""

from __future__ import annotations

import bisect
import math

from hypothesis import given
from hypothesis import strategies as st

from relaytop.fleet.prometheus.queries import QUANTILES
from relaytop.fleet.prometheus.series import NativeBucket, NativeHistogram
from relaytop.fleet.traffic.histogram import Histogram

ENDS = [0.01 * 1.25**step for step in range(41)]
times = st.lists(st.floats(0.0001, 200.0), min_size=1, max_size=300)


def classic(values: list[float], series: str = "a", ends: list[float] = ENDS) -> Histogram:
    histogram = Histogram()
    for end in [*ends, math.inf]:
        histogram.add(
            series, "+Inf" if math.isinf(end) else str(end), sum(v <= end for v in values)
        )
    return histogram


def exact(values: list[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(len(values) * share - 1e-9) - 1)]


@given(times)
def test_a_percentile_lies_in_the_bucket_of_the_exact_one(values: list[float]) -> None:
    found = classic(values).distribution(1000.0)
    assert found.n == len(values)
    for name, share in QUANTILES.items():
        low, high = found.bounds[name]
        value = getattr(found, name)
        assert low is not None
        assert low / 1000 <= exact(values, share) + 1e-9
        assert high is None or exact(values, share) <= high / 1000 + 1e-9
        assert value >= low
        assert high is None or value <= high
        assert (high is None) == (bisect.bisect_left(ENDS, exact(values, share)) == len(ENDS))


@given(times, times)
def test_two_series_are_as_one_of_both(first: list[float], second: list[float]) -> None:
    both = classic(first)
    for end in [*ENDS, math.inf]:
        both.add("b", str(end), sum(v <= end for v in second))
    assert both.distribution(1.0).bounds == classic([*first, *second]).distribution(1.0).bounds


@given(times)
def test_a_native_histogram_is_as_a_classic_one(values: list[float]) -> None:
    buckets = [
        NativeBucket(low, high, float(sum(low < v <= high for v in values)))
        for low, high in zip([0.0, *ENDS], [*ENDS, math.inf], strict=True)
    ]
    native = Histogram()
    native.add_native(NativeHistogram(len(values) / 4, sum(values), buckets), 1.0)
    found, expected = native.distribution(1.0), classic(values).distribution(1.0)
    assert (found.n, found.bounds) == (expected.n, expected.bounds)


def test_native_and_classic_series_together() -> None:
    both = classic([1.0] * 90)
    both.add_native(NativeHistogram(10.0, 200.0, [NativeBucket(16.0, 32.0, 10.0)]), 1.0)
    found = both.distribution(1000.0)
    assert found.n == 100
    assert found.bounds["p99"][1] == 32_000.0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["0.1", "1.0", "+Inf", "NaN", "x", "", "-1"]),
            st.floats(allow_nan=True, allow_infinity=True),
        )
    )
)
def test_whatever_comes_is_no_error(buckets: list[tuple[str, float]]) -> None:
    histogram = Histogram()
    for le, count in buckets:
        histogram.add("a", le, count)
    found = histogram.distribution(1.0)
    assert found.n >= 0
    assert all(value is None or math.isfinite(value) for value in (found.p50, found.p95, found.p99))


def test_nothing_came() -> None:
    assert classic([]).distribution(1.0).n == 0
    assert Histogram().distribution(1.0).p95 is None
