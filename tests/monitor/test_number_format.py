import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor import number_format


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.04, "0.0"),
        (3.26, "3.3"),
        (9.96, "10"),
        (49.3, "49"),
        (1204.4, "1204"),
        (31_000, "31000"),
        (250_000, "250s"),
    ],
)
def test_milliseconds(value: float, text: str) -> None:
    assert number_format.format_ms(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0s"),
        (59.9, "59s"),
        (99, "99s"),
        (100, "1m"),
        (3600, "60m"),
        (7200, "2h"),
        (6000, "1h"),
        (86400 * 3, "3d"),
        (-5, "0s"),
    ],
)
def test_ages(value: float, text: str) -> None:
    assert number_format.format_age(value) == text


@given(st.floats(0, 1e7), st.floats(0, 1))
def test_figures_fit_their_columns(value: float, share: float) -> None:
    assert len(number_format.format_ms(value)) <= 6
    assert len(number_format.format_age(value)) <= 4
    assert len(number_format.format_percent(share)) <= 5
    assert len(number_format.format_rate(value)) <= 5
    assert len(number_format.format_count(int(value))) <= 5
    assert len(number_format.format_limit(int(value), int(value))) <= 11
    assert len(number_format.format_usd(value)) <= 10


def test_a_small_share_is_never_shown_as_none() -> None:
    assert number_format.format_percent(0.0) == "0.0"
    assert number_format.format_percent(0.0001) == "0.1"
    assert number_format.format_percent(0.9999) == "100"
    assert number_format.format_censored(30_000) == ">30s"
    assert number_format.format_rate(None) == ""


@pytest.mark.parametrize(
    ("value", "least", "text"),
    [
        (0, 2, "0.00"),
        (1, 2, "1.00"),
        (1234.5, 2, "1,234.50"),
        (0.32, 2, "0.32"),
        (0.0005, 2, "0.0005"),
        (0.00041, 4, "0.00041"),
        (0.4123, 4, "0.4123"),
        (1e-12, 2, "0.00"),
    ],
)
def test_small_sums_keep_two_digits(value: float, least: int, text: str) -> None:
    assert number_format.format_dollars(value, least) == text
