"""The rows in sight: scrolled by keys and wheel, and under a list that changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.group import Group
from relaytop.tui.rows.blocks import Row
from relaytop.tui.rows.row_window import RowWindow


def grouped(*sizes: int) -> list[Row]:
    rows: list[Row] = []
    for number, size in enumerate(sizes):
        targets = tuple(f"p{number}/m{at}" for at in range(size))
        group = Group(f"provider:p{number}", f"p{number}", targets)
        rows += [Row(group.key, None, group), *(Row(name, name, group) for name in targets)]
    return rows


def keys_of(window: RowWindow) -> list[str]:
    return [row.key for row in window.in_sight]


@given(st.data())
def test_the_selected_row_and_the_group_of_the_first_are_in_sight(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 12), min_size=1, max_size=4))
    height = data.draw(st.integers(2, 9))
    rows, window = grouped(*sizes), RowWindow()
    for _ in range(data.draw(st.integers(1, 6))):
        key = data.draw(st.sampled_from(rows)).key
        window.follow_selected(pages=data.draw(st.integers(-2, 2)))
        window.update(rows, height, key)
        assert key in keys_of(window)
        assert len(window.in_sight) == min(height, len(rows))
        top, *rest = window.in_sight
        assert top.target is None or top.group is None
        places = [rows.index(row) for row in rest]
        assert places == list(range(places[0], places[0] + len(rest))) if rest else True
        window.scroll(data.draw(st.integers(-9, 9)))


@pytest.mark.parametrize("height", [3, 5, 8])
def test_pages_leave_no_row_out(height: int) -> None:
    rows, window = grouped(7, 1, 9), RowWindow()
    window.update(rows, height, rows[0].key)
    seen, at = set(keys_of(window)), 0
    while at < len(rows) - 1:
        at = min(len(rows) - 1, at + window.page_step)
        window.follow_selected(pages=1)
        window.update(rows, height, rows[at].key)
        seen |= set(keys_of(window))
    assert seen == {row.key for row in rows}


def test_the_wheel_leaves_the_selected_row_and_a_key_comes_back_to_it() -> None:
    rows, window = grouped(20), RowWindow()
    window.update(rows, 5, rows[1].key)
    assert window.scroll(10)
    assert keys_of(window)[1:] == [row.key for row in rows[11:15]]
    window.update(rows, 5, rows[1].key)
    assert window.held_key == rows[10].key
    assert window.row_at(0) is rows[0]
    assert window.row_at(1) is rows[11]
    assert window.row_at(5) is None
    window.follow_selected()
    window.update(rows, 5, rows[1].key)
    assert keys_of(window) == [row.key for row in rows[:5]]
