import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.durations import wait_s

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("20ms", 0.02),
        ("1h2m3s", 3723.0),
        ("2m59.56s", 179.56),
        ("17", 17.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("1790000012", 12.0),
        ("1790000012500", 12.5),
        ("1789999999", 0.0),
        ("Mon, 21 Sep 2026 14:13:30 GMT", 10.0),
        ("2026-09-21T14:13:50Z", 30.0),
        ("2020-01-01T00:00:00Z", 0.0),
        ("2026-09-21 14:13:50 UTC", 30.0),
        ("PT1M30S", 90.0),
        ("P1DT2H", 93_600.0),
        ("30 seconds", 30.0),
        ("1m 30s", 90.0),
        ("2 minutes and 5 seconds", 125.0),
        ("30s;w=60", 30.0),
        ("30, 30", 30.0),
        ('"30"', 30.0),
        ("00:00:30", 30.0),
        ("1790000012500000", 12.5),
        ("1790000012500000000", 12.5),
    ],
)
def test_every_spelling_of_a_wait(text: str, seconds: float) -> None:
    assert wait_s(text, NOW) == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "-1",
        "nan",
        "inf",
        "soon",
        "1s later",
        "5e7",
        "9" * 80,
        "1e300",
        "9" * 20 + "h",
        "9999-01-01T00:00:00Z",
    ],
)
def test_what_is_no_wait_is_unknown(text: str | None) -> None:
    assert wait_s(text, NOW) is None


@given(st.text(max_size=80) | st.floats().map(str) | st.integers().map(str))
def test_whatever_comes_the_wait_is_finite_and_not_negative(text: str) -> None:
    wait = wait_s(text, NOW)
    assert wait is None or (math.isfinite(wait) and wait >= 0)
