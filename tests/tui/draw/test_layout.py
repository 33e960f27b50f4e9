"""The division of the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.draw.layout import MIN_HEIGHT, MIN_WIDTH, arrange


@given(
    width=st.integers(MIN_WIDTH, 300),
    height=st.integers(MIN_HEIGHT, 100),
    targets=st.integers(0, 500),
    banner=st.booleans(),
)
def test_every_row_is_some_part_s(width: int, height: int, targets: int, *, banner: bool) -> None:
    areas = arrange(width, height, targets, banner=banner, zoomed=False)
    assert areas.table + areas.detail + areas.log == height - 2 - banner
    assert areas.table >= 1


@given(st.integers(MIN_WIDTH, 300), st.integers(20, 100), st.integers(0, 500))
def test_a_banner_moves_no_target_and_hides_no_detail(
    width: int, height: int, targets: int
) -> None:
    without = arrange(width, height, targets, banner=False, zoomed=False)
    beside = arrange(width, height, targets, banner=True, zoomed=False)
    assert (beside.table, beside.detail) == (without.table, without.detail)
    assert beside.log == without.log - 1


@pytest.mark.parametrize("targets", [9, 12])
def test_where_the_detail_has_no_room_the_log_has_what_the_table_leaves(targets: int) -> None:
    areas = arrange(80, 22, targets, banner=False, zoomed=False)
    assert areas.detail == 0
    assert areas.table == targets + 1
    assert areas.log == 20 - areas.table


@pytest.mark.parametrize(("width", "chart"), [(80, 48), (120, 80), (200, 134), (300, 200)])
def test_a_zoomed_chart_has_two_thirds_of_a_wide_screen(width: int, chart: int) -> None:
    assert width - arrange(width, 50, 9, banner=False, zoomed=True).side == chart
