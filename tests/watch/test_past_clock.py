"""A clock that stands in the past until it is moved."""

from hypothesis import given
from hypothesis import strategies as st

from relaytop.watch.past_clock import PastClock
from tests.support.fake_engine import FakeClock
from tests.support.samples import T0


def test_it_stands_and_is_moved_at_most_to_now() -> None:
    live = FakeClock()
    clock = PastClock(T0 - 3600, live)
    moved: list[float] = []
    clock.on_move = lambda: moved.append(clock())
    live.now += 60
    assert clock() == T0 - 3600
    clock.move_by(-60)
    clock.move_by(7200)
    clock.move_to_now()
    clock.move_to_first()
    assert moved == [T0 - 3660, T0 + 60, T0 - 3600]


def test_a_moment_that_is_yet_to_come_is_now() -> None:
    assert PastClock(T0 + 60, lambda: T0)() == T0


@given(st.lists(st.floats(-1e12, 1e12)))
def test_it_is_never_later_than_now_nor_before_the_epoch(steps: list[float]) -> None:
    clock = PastClock(T0 - 60, lambda: T0)
    for step in steps:
        clock.move_by(step)
        assert 0 <= clock() <= T0
