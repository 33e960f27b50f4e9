"""The exact percentile of samples lies in the bucket that their histogram names."""

from __future__ import annotations

import math
from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.fleet.prometheus.quantile import bucket_of, classic_quantile, native_quantile
from relaytop.fleet.prometheus.series import NativeBucket, NativeHistogram

ENDS = [*(0.01 * 1.25**n for n in range(41)), math.inf]
FACTOR = 2 ** (1 / 8)
SECONDS = st.floats(0.001, 200.0)
SAMPLES = st.lists(SECONDS, min_size=1, max_size=200)
QUANTILES = st.sampled_from([0.0, 0.01, 0.5, 0.95, 0.99, 1.0])


def ranked(samples: list[float], q: float) -> float:
    """The sample of which a share of `q` lie at or below it."""
    return sorted(samples)[max(0, math.ceil(q * len(samples) - 1e-9) - 1)]


def classic(samples: list[float]) -> dict[float, float]:
    return {end: float(sum(sample <= end for sample in samples)) for end in ENDS}


def native(samples: list[float]) -> NativeHistogram:
    counts: dict[int, int] = {}
    for sample in samples:
        index = math.ceil(math.log(sample, FACTOR) - 1e-9)
        counts[index] = counts.get(index, 0) + 1
    buckets = [NativeBucket(FACTOR ** (i - 1), FACTOR**i, n) for i, n in counts.items()]
    return NativeHistogram(len(samples), sum(samples), buckets)


@given(SAMPLES, QUANTILES)
def test_the_exact_percentile_lies_in_the_bucket(samples: list[float], q: float) -> None:
    exact, found = ranked(samples, q), classic_quantile(q, classic(samples))
    assert found is not None
    assert found.low <= exact <= found.high
    assert found.low <= found.value <= found.high


@given(SAMPLES, QUANTILES)
def test_the_exact_percentile_lies_in_the_native_bucket(samples: list[float], q: float) -> None:
    exact, found = ranked(samples, q), native_quantile(q, native(samples))
    assert found is not None
    assert found.low * (1 - 1e-6) <= exact <= found.high * (1 + 1e-6)
    assert found.low <= found.value <= found.high * (1 + 1e-9)


@given(SAMPLES, st.sampled_from([0.5, 0.95, 0.99]))
def test_the_bucket_is_found_again_by_the_value(samples: list[float], q: float) -> None:
    exact, found = ranked(samples, q), classic_quantile(q, classic(samples))
    assert found is not None
    low, high = bucket_of(found.value, ENDS)
    assert low <= exact <= high


@given(st.dictionaries(st.floats(allow_nan=True), st.floats(allow_nan=True)), QUANTILES)
def test_any_buckets(buckets: dict[float, float], q: float) -> None:
    classic_quantile(q, buckets)


@given(
    st.lists(st.builds(NativeBucket, st.floats(), st.floats(), st.floats()), max_size=6), QUANTILES
)
def test_any_native_buckets(buckets: list[NativeBucket], q: float) -> None:
    native_quantile(q, NativeHistogram(1.0, 1.0, buckets))


def test_as_prometheus_interpolates() -> None:
    # histogram_quantile(0.5) of 10 samples, of which 4 in (0.1, 0.2]: rank 5, of them the third.
    found = classic_quantile(0.5, {0.1: 2.0, 0.2: 6.0, 0.4: 10.0, math.inf: 10.0})
    assert found is not None
    assert found.value == pytest.approx(0.175)
    assert (found.low, found.high) == (0.1, 0.2)


def test_in_the_last_bucket_it_has_no_upper_end() -> None:
    found = classic_quantile(0.99, {0.1: 2.0, 82.0: 3.0, math.inf: 10.0})
    assert found == (82.0, 82.0, math.inf)
    assert bucket_of(82.0, [0.1, 82.0, math.inf]) == (0.1, math.inf)


@pytest.mark.parametrize("buckets", [{}, {math.inf: 0.0}, {0.1: math.nan}, {math.inf: math.inf}])
def test_nothing_has_no_percentile(buckets: dict[float, float]) -> None:
    assert classic_quantile(0.5, buckets) is None
    assert native_quantile(0.5, NativeHistogram(0, 0, ())) is None


@given(SECONDS)
def test_a_bucket_holds_its_value(value: float) -> None:
    low, high = bucket_of(value, ENDS)
    assert low < value <= high
    index = bisect_left(ENDS, value)
    assert high == ENDS[index] or math.isinf(high)
