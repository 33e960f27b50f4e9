"""The clock of a replay."""

from relaytop.watch.replay_clock import ReplayClock
from tests.support.recordings import Wall


def clocks(speed: float = 10.0) -> tuple[Wall, ReplayClock]:
    wall = Wall()
    return wall, ReplayClock(1000.0, 2000.0, speed, wall)


def test_it_runs_at_its_speed_and_stops_at_the_end() -> None:
    wall, clock = clocks()
    assert clock() == 1000.0
    wall.now += 7
    assert clock() == 1070.0
    wall.now += 500
    assert clock() == clock.now == 2000.0


def test_it_stands_and_goes_on_from_there() -> None:
    wall, clock = clocks(2.0)
    wall.now += 10
    clock.pause()
    assert clock.paused
    wall.now += 100
    assert clock() == 1020.0
    clock.resume()
    wall.now += 1
    assert (clock(), clock.paused) == (1022.0, False)


def test_it_jumps_and_keeps_running_or_standing() -> None:
    wall, clock = clocks()
    clock.jump(1500.0)
    wall.now += 1
    assert clock() == 1510.0
    clock.pause()
    clock.jump(1200.0)
    wall.now += 1
    assert (clock(), clock.paused) == (1200.0, True)
    clock.jump(9000.0)
    assert clock() == 2000.0


def test_it_shows_a_held_moment_while_it_runs_on() -> None:
    wall, clock = clocks()
    clock.hold(1001.0)
    wall.now += 1
    assert (clock(), clock.now) == (1001.0, 1010.0)
    clock.jump(1500.0)
    assert clock() == 1500.0


def test_after_the_end_it_does_not_owe_what_it_ran_too_far() -> None:
    wall, clock = clocks()
    wall.now += 1000
    clock.pause()
    clock.jump(1990.0)
    clock.resume()
    wall.now += 0.5
    assert clock() == 1995.0
