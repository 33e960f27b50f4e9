"""Histograms: which buckets they have, and that no count ever falls."""

from hypothesis import given
from hypothesis import strategies as st

from relaytop.export.counters import BUCKETS_S, MAX_THRESHOLDS, Histogram

PINNED = (
    "0.01 0.0125 0.0157 0.0197 0.0246 0.0308 0.0386 0.0484 0.0606 0.076 0.0952 0.119 0.149 "
    "0.187 0.234 0.294 0.368 0.461 0.577 0.723 0.906 1.13 1.42 1.78 2.23 2.79 3.5 4.38 5.49 "
    "6.88 8.62 10.8 13.5 16.9 21.2 26.6 33.3 41.7 52.3 65.5 82.0"
)
"""As Prometheus has them in its series: another text would be another series."""
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("observe"), st.floats(0.0, 100_000.0)),
        st.tuples(st.just("threshold"), st.sampled_from([1.0, 500.0, 723.0, 2000.0, 9e4])),
        st.tuples(st.just("threshold"), st.floats(0.1, 1e6)),
    ),
    max_size=60,
)


def test_the_names_of_the_buckets_are_pinned() -> None:
    assert " ".join(map(str, BUCKETS_S)) == PINNED


@given(STEPS)
def test_no_count_falls_whatever_the_thresholds(steps: list[tuple[str, float]]) -> None:
    histogram, seen, n = Histogram(), dict.fromkeys(BUCKETS_S, 0), 0
    for step, value in steps:
        if step == "observe":
            histogram.observe(value)
            n += 1
        else:
            histogram.set_threshold(value)
            assert value / 1000 in histogram.bounds_s
        counts = dict(zip(histogram.bounds_s, histogram.cumulative, strict=False))
        assert all(counts[bound] >= count for bound, count in seen.items() if bound in counts)
        assert list(counts.values()) == sorted(counts.values())
        assert histogram.cumulative[-1] == n
        seen = counts
    assert set(BUCKETS_S) <= set(histogram.bounds_s)
    assert list(histogram.bounds_s) == sorted(set(histogram.bounds_s))
    assert len(histogram.bounds_s) <= len(BUCKETS_S) + MAX_THRESHOLDS


@given(st.lists(st.floats(1.0, 90_000.0), max_size=30), st.floats(1.0, 90_000.0))
def test_what_comes_after_a_threshold_is_counted_exactly(
    values_ms: list[float], threshold_ms: float
) -> None:
    histogram = Histogram()
    for value in values_ms:
        histogram.observe(value)
    histogram.set_threshold(threshold_ms)
    index = histogram.bounds_s.index(threshold_ms / 1000)
    before = histogram.cumulative[index]
    for value in values_ms:
        histogram.observe(value)
    within = sum(value / 1000 <= threshold_ms / 1000 for value in values_ms)
    assert histogram.cumulative[index] - before == within
