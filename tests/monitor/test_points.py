import math

from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.points import read_points
from relaytop.monitor.record import UNMEASURED
from relaytop.monitor.ring_buffer import RingBuffer
from tests.support.samples import T0, sample

KINDS = ("ok", "timeout", "auth", "stale")


@given(
    st.lists(st.tuples(st.floats(0, 100), st.sampled_from(KINDS)), max_size=60),
    st.integers(1, 40),
    st.floats(-10, 110),
    st.floats(-10, 110),
)
def test_the_points_are_the_records_of_the_time(
    made: list[tuple[float, str]], capacity: int, start: float, end: float
) -> None:
    ring = RingBuffer(capacity, T0 - 60)
    for at, kind in made:
        stale, error = kind == "stale", kind if kind in {"timeout", "auth"} else None
        ring.append(sample(at, 100 + at, error=error, stale=stale, ttft_ms=at), 0)
    expected = [
        (r.at, r.outcome)
        for r in ring.since(0)
        if T0 + start - 0.01 <= r.at < T0 + end and r.outcome not in UNMEASURED
    ]
    found = read_points(ring, T0 + start, T0 + end)
    inner = [pair for pair in expected if T0 + start + 0.02 <= pair[0] < T0 + end - 0.02]
    assert set(inner) <= {(p.at, p.outcome) for p in found} <= set(expected)
    for point in found:
        assert point.ok == (not math.isnan(point.latency_ms))
        assert point.ok or point.error_class in {"timeout", "auth"}
        assert point.timed_out == (not point.ok and point.error_class == "timeout")
