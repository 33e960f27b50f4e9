"""The steady clock: what a system clock that is set does to it, which is nothing."""

import time

import pytest

from relaytop.config.steady_clock import SteadyClock, elapsed_s


class Machine:
    """Its clocks."""

    def __init__(self) -> None:
        self.wall_s, self.elapsed_s = 1_790_000_000.0, 500.0

    def pass_s(self, seconds: float) -> None:
        self.wall_s += seconds
        self.elapsed_s += seconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def clock(machine: Machine) -> SteadyClock:
    return SteadyClock(lambda: machine.wall_s, lambda: machine.elapsed_s)


def test_it_begins_with_the_system_clock_and_goes_on_by_itself(
    machine: Machine, clock: SteadyClock
) -> None:
    began = clock()
    assert began == machine.wall_s
    machine.pass_s(60)
    assert clock() - began == 60
    assert clock.to_wall(clock()) == machine.wall_s


@pytest.mark.parametrize("set_by_s", [-3600.0, 3600.0, 86_400.0 * 400])
def test_a_clock_that_is_set_changes_what_is_shown_alone(
    machine: Machine, clock: SteadyClock, set_by_s: float
) -> None:
    began = clock()
    machine.wall_s += set_by_s
    machine.pass_s(10)
    assert clock() - began == 10
    assert clock.correction_s == set_by_s
    assert clock.to_wall(clock()) == machine.wall_s


def test_a_clock_that_is_slewed_is_not_set(machine: Machine, clock: SteadyClock) -> None:
    machine.wall_s += 0.4
    assert clock.correction_s == 0.0


def test_processes_share_it_by_its_offset(machine: Machine, clock: SteadyClock) -> None:
    machine.wall_s += 3600  # between their starts
    other = SteadyClock(lambda: machine.wall_s, lambda: machine.elapsed_s)
    assert other() != clock()
    other.offset_s = clock.offset_s
    assert other() == clock()
    assert other.correction_s == 3600


def test_seconds_that_never_step() -> None:
    before = elapsed_s()
    assert 0 <= elapsed_s() - before < 5
    assert SteadyClock()() == pytest.approx(time.time(), abs=1)
