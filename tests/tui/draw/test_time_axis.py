import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.draw.time_axis import SPANS_S, cells_of, shown_span_s, time_axis

T0 = 1_790_000_000.0


@pytest.mark.parametrize(
    ("age_s", "longest_s", "span_s"),
    [
        *[(0, 600, 30), (25, 600, 30), (31, 600, 60), (400, 600, 600), (9000, 600, 600)],
        *[(25, 20, 20), (400, 500, 500), (25, 90_000, 30), (88_000, 90_000, 90_000)],
    ],
)
def test_the_span_grows_with_what_there_is(age_s: float, longest_s: float, span_s: float) -> None:
    assert shown_span_s(age_s, longest_s) == span_s


@given(
    now=st.floats(T0, T0 + 1e6),
    age_s=st.floats(0, 1e5),
    longest_s=st.floats(1, 1e5),
    columns=st.integers(1, 300),
    interval_s=st.floats(0.1, 3600),
)
def test_now_is_in_sight_and_no_bin_is_shorter_than_the_interval(
    now: float, age_s: float, longest_s: float, columns: int, interval_s: float
) -> None:
    span_s = shown_span_s(age_s, longest_s)
    axis = time_axis(now, now - age_s, span_s, columns, interval_s)
    assert 1 <= axis.n <= columns
    assert axis.start <= now < axis.end + 1e-5
    assert axis.bin_s >= min(interval_s, span_s) - 1e-6
    assert axis.end - axis.start >= span_s - 1e-5
    if age_s <= longest_s - axis.bin_s:
        assert axis.start <= now - age_s + axis.bin_s + 1e-5


def test_a_picture_fills_from_its_left_then_shifts_by_whole_bins() -> None:
    starts = set()
    for second in range(600):
        now = T0 + second
        axis = time_axis(now, T0, shown_span_s(second, 600.0), 60, 1.0)
        starts.add((axis.start, axis.bin_s))
    steps = [span for span in SPANS_S if span <= 600]
    assert len(starts) <= 2 * len(steps)  # at the very end of a span it shifts once
    later = [time_axis(T0 + second, T0, 600.0, 60, 1.0).start for second in range(700, 800)]
    assert all(math.isclose(start % 10.0, 0.0) for start in later)
    assert len(set(later)) <= 11


@given(st.integers(1, 200), st.integers(1, 200))
def test_bins_share_all_cells(n: int, columns: int) -> None:
    shared = [x for index in range(n) for x in cells_of(index, n, columns)]
    assert shared == list(range(columns))
