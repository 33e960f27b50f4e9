import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.draw.columns import COLUMNS, DROPPED, fit_columns, total_width


@given(st.integers(40, 300), st.integers(1, 120))
def test_columns_never_take_more_than_the_screen_has(width: int, longest: int) -> None:
    assert total_width(fit_columns(width, longest)) <= width


@given(st.integers(40, 299), st.integers(1, 120))
def test_the_least_important_columns_are_dropped_first(width: int, longest: int) -> None:
    keys = [column.key for column in fit_columns(width, longest)]
    dropped = {column.key for column in COLUMNS} - set(keys)
    assert dropped == set([key for key in DROPPED if key != "versus"][: len(dropped)])
    assert keys == [column.key for column in COLUMNS if column.key in keys]
    assert len(fit_columns(width + 1, longest)) >= len(keys)


@given(width=st.integers(60, 300), versus=st.booleans())
def test_a_hang_shows_at_every_width(width: int, *, versus: bool) -> None:
    keys = [column.key for column in fit_columns(width, 30, versus=versus)]
    assert {"status", "target", "p50", "p95", "error", "age"} <= set(keys)


@pytest.mark.parametrize(
    ("width", "last"), [(60, "age"), (80, "spark"), (120, "cost"), (200, "cost")]
)
def test_what_the_usual_terminals_show(width: int, last: str) -> None:
    assert fit_columns(width, 28)[-1].key == last


def test_the_sparkline_takes_what_is_left_over() -> None:
    wide = {column.key: column.width for column in fit_columns(200, 20)}
    assert wide["target"] == 20
    assert wide["spark"] > 80
