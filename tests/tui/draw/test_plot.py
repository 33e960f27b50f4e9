import itertools
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from relaytop.monitor.source import Bin
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.draw.plot import (
    BlockCanvas,
    Plot,
    PlotextCanvas,
    axis_top_ms,
    canvas_width,
    clock_ticks,
)

T0 = 1_790_000_000.0


def plot_of(pieces: list[Bin], *, width: int = 60, height: int = 12) -> Plot:
    columns = canvas_width(width)
    padded = ([Bin()] * columns + pieces)[-columns:]
    worst = sorted(b.max_ms for b in pieces if b.max_ms is not None)
    middle = worst[len(worst) // 2] if worst else None
    top = worst[-1] if worst else None
    return Plot(width, height, T0, 2.0, tuple(padded), middle, top)


pieces_of_time = st.lists(
    st.one_of(
        st.just(Bin()),
        st.just(Bin(failed=1)),
        st.floats(1, 30_000).map(lambda ms: Bin(ok=1, p50_ms=ms, max_ms=ms)),
    ),
    max_size=80,
)


@settings(max_examples=40, deadline=None)  # the first one loads plotext
@given(pieces_of_time, st.integers(30, 150), st.integers(4, 40))
def test_both_canvases_fill_exactly_what_they_are_given(
    pieces: list[Bin], width: int, height: int
) -> None:
    plot = plot_of(pieces, width=width, height=height)
    for canvas in (PlotextCanvas(), BlockCanvas(UNICODE)):
        lines = canvas.draw(plot)
        assert len(lines) == height
        assert {len(line) for line in lines} == {width}


def test_the_lines_the_samples_and_the_failures_are_drawn() -> None:
    pieces = [Bin(ok=1, p50_ms=400 + 100 * math.sin(i), max_ms=450.0) for i in range(40)]
    pieces[20] = Bin(failed=1)
    pieces[30] = Bin(ok=2, p50_ms=400.0, max_ms=900.0)
    for canvas in (PlotextCanvas(), BlockCanvas(UNICODE)):
        text = "\n".join(canvas.draw(plot_of(pieces)))
        for mark in (UNICODE.p50_line, UNICODE.p95_line, UNICODE.failed, "•"):
            assert mark in text
        assert "ms" in text


def test_one_outlier_does_not_flatten_the_rest() -> None:
    pieces = [Bin(ok=1, p50_ms=400.0, max_ms=400.0)] * 40
    pieces[5] = Bin(ok=1, p50_ms=9000.0, max_ms=9000.0)
    plot = Plot(60, 12, T0, 2.0, tuple(pieces), 400.0, 420.0)
    assert axis_top_ms(plot) <= 2000
    assert "▲" in "\n".join(PlotextCanvas().draw(plot))


def test_the_clock_ticks_stand_on_round_times() -> None:
    ticks = clock_ticks(T0, 6.0, 100)
    assert ticks
    assert all(label[-2:] in {"00", "30", "15", "45"} or ":" in label for _x, label in ticks)
    columns = [x for x, _label in ticks]
    assert all(b - a >= 8 for a, b in itertools.pairwise(columns))
