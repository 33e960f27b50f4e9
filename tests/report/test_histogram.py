from hypothesis import given
from hypothesis import strategies as st

from relaytop.report.histogram import histogram


def test_of_nothing_there_is_nothing() -> None:
    assert histogram([]) == []


def test_bins_are_round_and_a_tail_shares_the_last() -> None:
    lines = histogram([100.0 + i for i in range(100)] + [5000.0])
    assert lines[0].startswith("100 ms")
    assert "+" in lines[-1]
    assert all(line.isascii() for line in histogram([1.0, 2.0, 3.0], ascii_only=True))


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=200))
def test_every_value_is_counted_once(values: list[float]) -> None:
    lines = histogram(values)
    assert sum(int(line.split()[-1]) for line in lines) == len(values)
    assert len(lines) <= 24
    assert all(len(line) < 80 for line in lines)
