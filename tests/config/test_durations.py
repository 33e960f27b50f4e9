import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.durations import (
    format_duration,
    format_window,
    parse_duration_s,
    parse_window,
    scaled_s,
)
from relaytop.config.settings import Window


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("5s", 5), ("2m", 120), ("1h", 3600), ("1.5s", 1.5), (" 10 m ", 600)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == seconds


@given(st.text(max_size=20))
def test_anything_else_is_refused_with_what_is_valid(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_duration_s(text) >= 0
        return
    with pytest.raises(ValueError, match="500ms, 5s, 2m or 1h"):
        parse_duration_s(text)


@given(st.integers(1, 10_000_000))
def test_a_duration_comes_back_as_it_was_written(milliseconds: int) -> None:
    seconds = milliseconds / 1000
    assert parse_duration_s(format_duration(seconds)) == pytest.approx(seconds, rel=1e-5)


@given(st.floats(0.01, 1e6), st.sampled_from([2.0**k for k in range(-6, 8)]))
def test_a_scaled_interval_goes_the_way_it_is_sent(interval_s: float, factor: float) -> None:
    scaled = scaled_s(interval_s, factor)
    assert scaled_s(interval_s, 1.0) == interval_s
    assert scaled >= interval_s if factor >= 1 else scaled <= interval_s
    assert scaled_s(interval_s, factor) <= scaled_s(interval_s, 2 * factor)
    if 0.1 <= interval_s <= 86_400:
        assert 0.1 <= scaled <= 86_400


@pytest.mark.parametrize("window", [Window(600.0), Window(None, 100), Window(0.5), Window(None, 1)])
def test_a_window_comes_back_as_it_was_written(window: Window) -> None:
    assert parse_window(format_window(window)) == window


def test_a_window_that_is_none() -> None:
    with pytest.raises(ValueError, match="100 requests"):
        parse_window("0 requests")
