"""Several targets in one chart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.source import Bin
from relaytop.tui.draw.chart.overlay import LEAST_HEIGHT, Series, draw_overlay, letter_of
from relaytop.tui.draw.compare import column_names
from relaytop.tui.draw.compare_layout import compare_layout
from relaytop.tui.draw.glyphs import ASCII, UNICODE, Glyphs
from relaytop.tui.draw.text_runs import Line, line_width
from relaytop.tui.draw.time_axis import TimeAxis
from tests.support.samples import T0

AXIS = TimeAxis(T0, 5.0, 60)


def steady(index: int, p50_ms: float, *, down_from: int = 60) -> Series:
    up = Bin(ok=1, p50_ms=p50_ms, max_ms=p50_ms)
    return Series(index, [up if at < down_from else Bin(failed=1) for at in range(60)])


def text_of(lines: list[Line]) -> list[str]:
    return ["".join(run for run, _role in line) for line in lines]


def test_each_has_its_letter_and_its_height() -> None:
    lines = text_of(draw_overlay([steady(0, 100.0), steady(3, 400.0)], AXIS, 80, 12, UNICODE))
    (high,) = [y for y, line in enumerate(lines) if "D" in line]
    (low,) = [y for y, line in enumerate(lines) if "A" in line]
    assert high < low
    assert len(lines) == 12


def test_lines_of_one_latency_do_not_hide_each_others_letters() -> None:
    lines = text_of(draw_overlay([steady(n, 100.0) for n in range(4)], AXIS, 80, 8, ASCII))
    (line,) = [line for line in lines if "A" in line]
    assert all(letter_of(n) in line for n in range(4))
    assert all(line.isascii() for line in lines)


def test_failures_are_a_row_at_the_top_with_the_letter() -> None:
    series = [steady(0, 100.0), steady(1, 100.0, down_from=30), steady(2, 100.0, down_from=40)]
    lines = text_of(draw_overlay(series, AXIS, 80, 10, UNICODE))
    assert lines[0].count("×") > lines[1].count("×") > 10
    assert "B" in lines[0]
    assert "C" in lines[1]


def test_what_lies_far_apart_is_on_a_logarithmic_scale() -> None:
    lines = text_of(draw_overlay([steady(0, 20.0), steady(1, 9000.0)], AXIS, 80, 12, UNICODE))
    assert not any(line.startswith("    0 ") for line in lines)


bins = st.builds(
    Bin,
    ok=st.integers(0, 3),
    failed=st.integers(0, 3),
    p50_ms=st.none() | st.floats(0, 1e7),
    max_ms=st.none() | st.floats(0, 1e7),
)


@given(
    st.lists(st.lists(bins, min_size=8, max_size=8), max_size=9),
    st.integers(1, 90),
    st.integers(LEAST_HEIGHT, 30),
    st.sampled_from((UNICODE, ASCII)),
)
def test_it_has_the_size_that_was_asked_for(
    found: list[list[Bin]], width: int, height: int, glyphs: Glyphs
) -> None:
    series = [Series(index, each) for index, each in enumerate(found)]
    lines = draw_overlay(series, TimeAxis(T0, 5.0, 8), max(7, width), height, glyphs)
    assert len(lines) == height
    assert all(line_width(line) <= max(7, width) for line in lines)


@given(st.integers(60, 300), st.integers(13, 98), st.integers(2, 60), st.integers(9, 14))
def test_a_layout_fits_the_screen(width: int, rows: int, targets: int, table: int) -> None:
    layout = compare_layout(width, rows, targets, table)
    assert 1 <= layout.columns <= targets
    strips = layout.columns + 1 if layout.strips else 0
    used = layout.chart_height + strips
    assert used <= (rows if layout.beside else max(0, rows - table - 1))
    assert layout.chart_width + (13 + 19 * layout.columns if layout.beside else 0) <= width


@pytest.mark.parametrize(
    ("size", "targets", "beside"),
    [((120, 34), 2, True), ((200, 48), 2, True), ((120, 34), 3, False), ((200, 48), 6, False)],
)
def test_the_chart_is_where_it_is_large(
    size: tuple[int, int], targets: int, *, beside: bool
) -> None:
    layout = compare_layout(*size, targets, 12)
    assert (layout.beside, layout.columns) == (beside, targets)
    assert layout.strips
    assert layout.chart_width * layout.chart_height >= 0.4 * size[0] * size[1]


def test_columns_are_headed_by_what_tells_them_apart() -> None:
    names = column_names(["litellm-a/gpt-4.1", "litellm-b/gpt-4.1"])
    assert [*names.values()] == ["litellm-a", "litellm-b"]
    long = [f"a-gateway-in-region-{n}-of-the-world/gpt-4.1" for n in range(9)]
    shown = column_names(long)
    assert len(set(shown.values())) == 9
    assert max(map(len, shown.values())) <= 15
    one = column_names(["relay/gpt-4.1", "relay/openai/gpt-4.1"])
    assert len(set(one.values())) == 2
