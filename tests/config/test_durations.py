import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.durations import (
    format_duration,
    format_window,
    parse_duration_s,
    parse_window,
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


@pytest.mark.parametrize("window", [Window(600.0), Window(None, 100), Window(0.5), Window(None, 1)])
def test_a_window_comes_back_as_it_was_written(window: Window) -> None:
    assert parse_window(format_window(window)) == window


def test_a_window_that_is_none() -> None:
    with pytest.raises(ValueError, match="100 requests"):
        parse_window("0 requests")
