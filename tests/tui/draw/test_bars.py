from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.draw.bars import gauge, proportional_cells, stacked_phases
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.draw.text_runs import line_width


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=6), st.integers(0, 80))
def test_proportional_cells_fill_the_width_and_leave_nothing_out(
    values: list[float], width: int
) -> None:
    cells = proportional_cells(values, width)
    positive = sum(1 for value in values if value > 0)
    assert sum(cells) == (width if positive and width >= positive else 0)
    if sum(cells):
        assert all((count > 0) == (value > 0) for count, value in zip(cells, values, strict=True))


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.integers(1, 60))
def test_a_gauge_takes_its_width(remaining: float, limit: float, width: int) -> None:
    assert line_width(gauge(remaining, limit, width, UNICODE)) == width


def test_a_scarce_limit_is_yellow_and_a_spent_one_red() -> None:
    assert gauge(58, 60, 10, UNICODE)[0][1] == "good"
    assert gauge(12, 60, 10, UNICODE)[0][1] == "warn"
    assert gauge(1, 60, 10, UNICODE)[0][1] == "bad"


def test_phases_are_in_the_order_they_happen() -> None:
    line = stacked_phases({"transfer": 50.0, "connect": 10.0, "wait": 40.0}, 10, UNICODE)
    assert [role for _text, role in line] == ["warn", "accent", "good"]
    assert line_width(line) == 10
