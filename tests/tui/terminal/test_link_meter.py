"""What a link carried in the last ten seconds, and for how long its terminal was behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.terminal.link_meter import SPAN_S, LinkMeter


def test_bytes_are_those_of_the_last_seconds() -> None:
    meter = LinkMeter()
    for second in range(20):
        meter.sent(100, float(second))
    assert meter.bytes_s(19.0) == 100
    assert meter.bytes_s(24.5) == 50
    assert meter.bytes_s(60.0) == 0


def test_a_stall_counts_while_it_lasts_and_ten_seconds_on() -> None:
    meter = LinkMeter()
    meter.stalled(100.0)
    meter.stalled(101.0)  # it is the same stall
    assert meter.stalled_s(102.5) == 2.5
    assert meter.stalled_s(130.0) == SPAN_S
    assert meter.drained(130.0) == 30.0
    assert meter.stalled_s(134.0) == pytest.approx(6.0)
    assert meter.stalled_s(140.0) == 0


def test_what_drains_at_once_is_no_stall() -> None:
    meter = LinkMeter()
    assert meter.drained(5.0) == 0
    assert meter.stalled_s(5.0) == 0


steps = st.lists(
    st.tuples(st.sampled_from(["sent", "stalled", "drained"]), st.floats(0, 8)), max_size=40
)


@given(steps)
def test_no_stall_is_longer_than_the_seconds_looked_at(done: list[tuple[str, float]]) -> None:
    meter, now_s = LinkMeter(), 1000.0
    for what, later_s in done:
        now_s += later_s
        if what == "sent":
            meter.sent(10, now_s)
        elif what == "stalled":
            meter.stalled(now_s)
        else:
            meter.drained(now_s)
        assert 0 <= meter.stalled_s(now_s) <= SPAN_S * (1 + 1e-9)
        assert meter.bytes_s(now_s) >= 0
