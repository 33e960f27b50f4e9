import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relaytop.monitor.points import Point
from relaytop.monitor.record import CUT_OFF, OK, TIMEOUT
from relaytop.monitor.time_figures import SpanFigures, binned, span_figures, values_ms
from relaytop.tui.draw.chart.axes import canvas_width
from relaytop.tui.draw.chart.canvas import Canvas
from relaytop.tui.draw.chart.distribution_plots import BandsPlot, HeatMapPlot, HistogramPlot
from relaytop.tui.draw.chart.heat_map import heat_counts, most_at_once
from relaytop.tui.draw.chart.histogram import bar_counts
from relaytop.tui.draw.glyphs import ASCII, UNICODE, Glyphs
from relaytop.tui.draw.text_runs import Line
from relaytop.tui.draw.time_axis import TimeAxis

T0 = 1_790_000_000.0
NAN = float("nan")
AXIS = TimeAxis(T0, 2.0, 30)


def ok(at: float, latency_ms: float, ttft_ms: float = NAN) -> Point:
    return Point(T0 + at, latency_ms, ttft_ms, OK)


def timed_out(at: float, outcome: int = TIMEOUT) -> Point:
    return Point(T0 + at, NAN, NAN, outcome)


def refused(at: float) -> Point:
    return Point(T0 + at, NAN, NAN, 1)


def bands(points: list[Point], size: tuple[int, int], axis: TimeAxis = AXIS) -> BandsPlot:
    spans = tuple(span_figures(piece, "latency") for piece in binned(points, *axis))
    return BandsPlot(*size, axis, spans, span_figures(points, "latency").times.p95, 1000.0)


def heat_map(points: list[Point], size: tuple[int, int], axis: TimeAxis = AXIS) -> HeatMapPlot:
    values = tuple(tuple(values_ms(piece, "latency")) for piece in binned(points, *axis))
    return HeatMapPlot(*size, axis, values, span_figures(points, "latency"), 1000.0)


def histogram(points: list[Point], size: tuple[int, int], axis: TimeAxis = AXIS) -> HistogramPlot:
    together = span_figures(points, "latency")
    values = tuple(values_ms(points, "latency"))
    return HistogramPlot(*size, axis, values, together, 1000.0, 30_000.0)


def drawn(plot: BandsPlot | HeatMapPlot | HistogramPlot, glyphs: Glyphs = UNICODE) -> list[str]:
    return ["".join(text for text, _role in line) for line in lines_of(plot, glyphs)]


def lines_of(plot: BandsPlot | HeatMapPlot | HistogramPlot, glyphs: Glyphs) -> list[Line]:
    return Canvas(glyphs, plotext=False).draw(plot)


points = st.lists(
    st.one_of(
        st.builds(ok, st.floats(0, 59), st.floats(0.01, 1e8)),
        st.builds(timed_out, st.floats(0, 59)),
        st.builds(refused, st.floats(0, 59)),
    ),
    max_size=60,
)


@settings(deadline=None)
@given(
    points,
    st.sampled_from([bands, heat_map, histogram]),
    st.tuples(st.integers(7, 150), st.integers(3, 40)),
    st.integers(1, 90),
    st.sampled_from([UNICODE, ASCII]),
)
def test_every_drawing_fills_exactly_what_it_is_given(
    found: list[Point],
    draw: object,
    size: tuple[int, int],
    n: int,
    glyphs: Glyphs,
) -> None:
    assert callable(draw)
    axis = TimeAxis(T0, 60 / n, min(n, canvas_width(size[0])))
    lines = drawn(draw(found, size, axis), glyphs)
    assert len(lines) == size[1]
    assert {len(line) for line in lines} == {size[0]}
    assert glyphs is UNICODE or "".join(lines).isascii()


@given(points)
def test_every_probe_is_in_one_bar_and_one_cell(found: list[Point]) -> None:
    good = sum(point.ok for point in found)
    assert sum(bar_counts(histogram(found, (80, 20)), 70)) == good
    counts = heat_counts(heat_map(found, (80, 20)))
    assert sum(n for column in counts for n in column.values()) == good
    assert most_at_once(heat_map(found, (80, 20))) <= good


def test_the_histogram_has_the_failures_in_bars_of_their_own() -> None:
    seed = random.Random(1)
    found = [ok(i / 10, seed.lognormvariate(6, 0.3)) for i in range(500)]
    found += [timed_out(50), timed_out(51, CUT_OFF), refused(52)]
    lines = drawn(histogram(found, (100, 30)))
    assert lines[-1].split()[-2:] == [">30s", "fail"]
    assert all(label in lines[0] for label in ("P50", "P95", "P99", "limit"))
    assert "┊" in lines[3]
    before = drawn(histogram(found[:500], (100, 30)))
    assert "fail" not in before[-1]
    assert ">30s" not in before[-1]


def test_a_percentile_beyond_the_deadline_stands_at_the_timeouts() -> None:
    found = [ok(i, 400.0 + i) for i in range(10)] + [timed_out(20 + i) for i in range(10)]
    lines = drawn(histogram(found, (100, 20)))
    assert lines[0].index("P95") >= 88


def test_what_is_above_the_threshold_is_told_by_its_colour() -> None:
    found = [ok(i, 200.0) for i in range(20)] + [ok(30 + i, 4000.0) for i in range(9)]
    for plot in (bands(found, (80, 20)), heat_map(found, (80, 20)), histogram(found, (80, 20))):
        roles = {role for line in lines_of(plot, UNICODE) for _text, role in line}
        assert "warn" in roles
        assert roles & {"accent", "good"}


def test_bands_reach_from_the_median_to_the_p99() -> None:
    found = [ok(1, 100.0 + 8 * i) for i in range(100)]
    column = [line[7] for line in drawn(bands(found, (80, 20), TimeAxis(T0, 2.0, 1)))[:-1]]
    text = "".join(column).strip("╌ ")
    assert text.strip("░").strip("▒") == "•"
    assert text.index("░") < text.index("▒") < text.index("•")


def test_a_bin_of_timeouts_is_marked_at_the_top() -> None:
    found = [ok(1, 100.0), timed_out(31), timed_out(30.5)]
    assert "▲" in drawn(bands(found, (80, 20)))[0]


@pytest.mark.parametrize("draw", [bands, heat_map, histogram])
def test_nothing_to_draw_is_said(draw: object) -> None:
    assert callable(draw)
    for glyphs in (UNICODE, ASCII):
        assert "no samples in this range" in "\n".join(drawn(draw([], (60, 12)), glyphs))


def test_no_probes_have_no_figures() -> None:
    assert span_figures([], "latency") == SpanFigures()
    assert span_figures([ok(1, 100.0)], "ttft").times.n == 0
    assert span_figures([ok(1, 100.0, 40.0)], "ttft").times.p50 == 40.0
