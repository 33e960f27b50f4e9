import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.source import Bin
from relaytop.tui.draw.glyphs import ASCII, UNICODE, Glyphs
from relaytop.tui.draw.sparkline import nice_ceiling, per_cell, sparkline
from relaytop.tui.draw.time_axis import TimeAxis

bins = st.builds(
    Bin,
    ok=st.integers(0, 5),
    failed=st.integers(0, 5),
    max_ms=st.none() | st.floats(0.01, 1e6),
)


@given(st.lists(bins, max_size=100), st.sampled_from([ASCII, UNICODE]))
def test_a_bin_is_a_cell(pieces: list[Bin], glyphs: Glyphs) -> None:
    line = sparkline(pieces, 2000.0, glyphs)
    assert sum(len(text) for text, _role in line) == len(pieces)


def test_failures_gaps_and_the_threshold_show() -> None:
    pieces = [
        Bin(),
        Bin(ok=1, p50_ms=100.0, max_ms=100.0),
        Bin(),
        Bin(ok=1, p50_ms=900.0, max_ms=900.0),
        Bin(failed=2),
        Bin(ok=1, failed=1, p50_ms=500.0, max_ms=500.0),
        Bin(ok=2, failed=1, p50_ms=500.0, max_ms=500.0),
    ]
    assert sparkline(pieces, 800.0, UNICODE) == [
        (" ", "dim"),
        ("▃", "good"),
        ("·", "dim"),
        ("▇", "warn"),
        ("××!", "bad"),
    ]


@pytest.mark.parametrize(
    ("latency_ms", "cell"),
    [
        *[(0.0, "▁"), (3.0, "▁"), (130.0, "▄"), (250.0, "▄"), (251.0, "▅"), (500.0, "▅")],
        *[(501.0, "▆"), (1000.0, "▆"), (1001.0, "▇"), (2000.0, "▇"), (2001.0, "█"), (1e6, "█")],
    ],
)
def test_a_level_is_a_doubling_and_two_are_for_what_lies_above(
    latency_ms: float, cell: str
) -> None:
    """Without any colour, what is too slow is told from what is not by its height alone."""
    ((text, role),) = sparkline([Bin(ok=1, max_ms=latency_ms)], 1000.0, UNICODE)
    assert (text, role) == (cell, "warn" if latency_ms > 1000 else "good")


@pytest.mark.parametrize(
    ("value", "ceiling"),
    [(0, 1), (0.25, 0.3), (1, 1), (1.01, 1.5), (49, 50), (420, 500), (5001, 6e3), (9000, 1e4)],
)
def test_a_ceiling_is_a_round_number(value: float, ceiling: float) -> None:
    assert nice_ceiling(value) == pytest.approx(ceiling)


def test_bins_share_the_cells_and_what_is_to_come_is_blank() -> None:
    pieces = [Bin(ok=1, max_ms=1000.0), Bin(), Bin(ok=1, max_ms=2000.0), Bin(), Bin()]
    shared = per_cell(pieces, TimeAxis(100.0, 5.0, 5), 117.0, 12)
    assert len(shared) == 12
    text = "".join(text for text, _role in sparkline(shared, 1000.0, UNICODE))
    assert text == "▆▆··▇▇▇     "
