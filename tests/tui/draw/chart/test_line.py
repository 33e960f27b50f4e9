import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relaytop.monitor.source import Bin
from relaytop.tui.draw.chart.axes import (
    Scale,
    canvas_width,
    clock_ticks,
    linear_scale,
    log_scale,
    round_values,
)
from relaytop.tui.draw.chart.canvas import Canvas
from relaytop.tui.draw.chart.plots import LinePlot
from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.draw.text_runs import Line
from relaytop.tui.draw.time_axis import TimeAxis

T0 = 1_790_000_000.0
CANVASES = (Canvas(UNICODE), Canvas(UNICODE, plotext=False), Canvas(ASCII))


def plot_of(
    pieces: list[Bin], *, width: int = 60, height: int = 12, n: int | None = None, log: bool = False
) -> LinePlot:
    n = n or canvas_width(width)
    padded = ([Bin()] * n + pieces)[-n:]
    worst = sorted(b.max_ms for b in pieces if b.max_ms is not None)
    middle = worst[len(worst) // 2] if worst else None
    top = worst[-1] if worst else None
    return LinePlot(width, height, TimeAxis(T0, 2.0, n), tuple(padded), middle, top, log)


def text_of(lines: list[Line]) -> str:
    return "\n".join("".join(text for text, _role in line) for line in lines)


pieces_of_time = st.lists(
    st.one_of(
        st.just(Bin()),
        st.just(Bin(failed=1)),
        st.floats(0.01, 1e9).map(lambda ms: Bin(ok=1, p50_ms=ms, max_ms=ms)),
        st.floats(1, 30_000).map(lambda ms: Bin(ok=3, p50_ms=ms, max_ms=2 * ms, failed=1)),
    ),
    max_size=80,
)


@settings(max_examples=60, deadline=None)
@given(
    pieces=pieces_of_time,
    width=st.integers(8, 150),
    height=st.integers(2, 40),
    share=st.floats(0.02, 1),
    log=st.booleans(),
)
def test_every_canvas_fills_exactly_what_it_is_given(
    pieces: list[Bin], width: int, height: int, share: float, *, log: bool
) -> None:
    n = max(1, int(canvas_width(width) * share))
    plot = plot_of(pieces, width=width, height=height, n=n, log=log)
    for canvas in CANVASES:
        lines = text_of(canvas.draw(plot)).split("\n")
        assert len(lines) == height
        assert {len(line) for line in lines} == {width}


def test_the_lines_the_samples_and_the_failures_are_drawn() -> None:
    pieces = [Bin(ok=1, p50_ms=400 + 100 * math.sin(i), max_ms=450.0) for i in range(40)]
    pieces[20] = Bin(failed=1)
    pieces[30] = Bin(ok=2, p50_ms=400.0, max_ms=900.0)
    for canvas in CANVASES[:2]:
        text = text_of(canvas.draw(plot_of(pieces)))
        for mark in (UNICODE.p50_line, UNICODE.p95_line, UNICODE.failed, "•"):
            assert mark in text
        assert "ms" in text


def test_one_outlier_does_not_flatten_the_rest() -> None:
    pieces = [Bin(ok=1, p50_ms=400.0, max_ms=400.0)] * 40
    pieces[5] = Bin(ok=1, p50_ms=9000.0, max_ms=9000.0)
    plot = LinePlot(60, 12, TimeAxis(T0, 2.0, 40), tuple(pieces), 400.0, 420.0)
    assert plot.scale.high <= 2000
    for canvas in CANVASES[:2]:
        assert "▲" in text_of(canvas.draw(plot))


def test_five_bins_are_a_line_over_the_whole_canvas() -> None:
    pieces = [Bin(ok=1, p50_ms=400.0 + 50 * i, max_ms=400.0 + 50 * i) for i in range(6)]
    for canvas in CANVASES[:2]:
        rows = text_of(canvas.draw(plot_of(pieces, n=6))).split("\n")[:-1]
        marked = {
            x
            for row in rows
            for x, char in enumerate(row[6:])
            if "⠀" < char <= "⣿" or char == UNICODE.median
        }
        assert len(marked) >= 45


def test_nothing_to_draw_is_said() -> None:
    for canvas in CANVASES:
        assert "no samples in this range" in text_of(canvas.draw(plot_of([Bin()] * 20)))


@given(st.floats(0.01, 1e7), st.floats(0.01, 1e7))
def test_a_scale_holds_its_values_in_order(one: float, other: float) -> None:
    for scale in (log_scale([one, other]), linear_scale([one, other], max(one, other))):
        assert scale.low <= min(one, other)
        assert max(one, other) <= scale.high * (1 + 1e-9)
        low, high = sorted((one, other))
        assert 0 <= scale.share(low) <= scale.share(high) <= 1
        assert scale.row(low, 20) >= scale.row(high, 20)


@pytest.mark.parametrize(
    ("values", "ends"),
    [([], (100, 1000)), ([420], (400, 500)), ([150, 9000], (150, 10_000)), ([200], (200, 2000))],
)
def test_a_logarithmic_scale_ends_at_round_numbers(
    values: list[float], ends: tuple[float, float]
) -> None:
    scale = log_scale(values)
    assert (scale.low, scale.high) == pytest.approx(ends)


def test_the_clock_ticks_stand_on_round_times() -> None:
    ticks = clock_ticks(T0, 600.0, 100)
    assert ticks
    assert all(label[-2:] in {"00", "30", "15", "45"} or ":" in label for _x, label in ticks)
    columns = [x for x, _label in ticks]
    assert all(b - a >= 8 for a, b in itertools.pairwise(columns))


def test_a_narrow_logarithmic_axis_has_labels_at_halves_too() -> None:
    assert round_values(500.0, 600.0) == [500.0, 550.0, 600.0]
    assert round_values(400.0, 1000.0)[:3] == [400.0, 450.0, 500.0]
    assert len(Scale(400.0, 1000.0, log=True).levels(8)) >= 3
