from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.ring_buffer import RingBuffer
from relaytop.monitor.time_bins import TimeBins
from tests.support.samples import T0, sample

steps = st.lists(
    st.tuples(
        st.floats(0.0, 4.0),  # to the next sample
        st.floats(-3.0, 0.0) | st.just(0.0),  # how late it comes
        st.booleans(),
        st.booleans(),  # the picture shifts, or stands still
    ),
    max_size=60,
)


@given(steps, st.integers(5, 80))
def test_what_is_kept_between_readings_is_what_a_new_reading_finds(
    moves: list[tuple[float, float, bool, bool]], capacity: int
) -> None:
    ring = RingBuffer(capacity, T0 - 60)
    kept, at, first = TimeBins(ring), 0.0, 0
    for step, late, good, shifts in moves:
        at += step
        moment = max(0.0, at + late)
        ring.append(sample(moment, 100.0 + moment, error=None if good else "timeout"), 0)
        if shifts:
            first = max(first, int(at / 2.5) + 1 - 20)
        axis = (T0 + first * 2.5, 2.5, 20)
        if ring.full:  # what was overwritten since stays in sight until the picture shifts
            kept.read(*axis)
        else:
            assert kept.read(*axis) == TimeBins(ring).read(*axis)


def test_the_oldest_and_the_newest_are_known() -> None:
    ring = RingBuffer(3, T0 - 60)
    assert (ring.oldest_at, ring.newest_at) == (None, None)
    for second in range(5):
        ring.append(sample(second), 0)
    assert (ring.oldest_at, ring.newest_at) == (T0 + 2, T0 + 4)
