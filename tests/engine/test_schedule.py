import itertools

from hypothesis import given
from hypothesis import strategies as st

from relaytop.engine.schedule import Schedule


def ticks(schedule: Schedule, until: float, *, step: float = 0.01) -> dict[str, list[float]]:
    """Let time pass in small steps; return each target's due times."""
    found: dict[str, list[float]] = {}
    now = 0.0
    while now <= until:
        for target, due_at, missed in schedule.pop_due(now):
            assert not missed
            found.setdefault(target, []).append(due_at)
        now += step
    return found


def of(count: int, interval_s: float = 5.0) -> Schedule:
    schedule = Schedule()
    for number in range(count):
        schedule.add(f"t{number}", interval_s, 0.0)
    return schedule


def test_the_first_round_comes_within_a_second() -> None:
    found = ticks(of(8), 1.0)
    assert len(found) == 8


@given(st.integers(1, 40), st.sampled_from([0.5, 1.0, 5.0]))
def test_the_cadence_is_kept_for_ever(count: int, interval_s: float) -> None:
    found = ticks(of(count, interval_s), 6 * interval_s, step=interval_s / 50)
    for due in found.values():
        gaps = [b - a for a, b in itertools.pairwise(due[1:])]
        assert all(abs(gap - interval_s) < 1e-6 for gap in gaps)
        # From the hurried first round each finds its own phase without a burst.
        assert interval_s / 2 - 1e-6 <= due[1] - due[0] <= 1.5 * interval_s + 1e-6


@given(st.integers(2, 60))
def test_the_phases_are_spread_evenly(count: int) -> None:
    found = ticks(of(count, 1.0), 3.0)
    offsets = sorted(due[-1] % 1.0 for due in found.values())
    gaps = [b - a for a, b in zip(offsets, [*offsets[1:], offsets[0] + 1.0], strict=True)]
    assert max(gaps) < 3.0 / count
    assert min(gaps) > 0.3 / count


def test_a_stalled_machine_causes_no_burst() -> None:
    schedule = of(1, 1.0)
    schedule.pop_due(0.5)
    ((target, due_at, missed),) = schedule.pop_due(100.4)
    assert (target, missed) == ("t0", 99)
    assert 99.4 < due_at <= 100.4
    assert schedule.pop_due(100.4) == []


def test_targets_come_and_go() -> None:
    schedule = of(3, 1.0)
    schedule.remove("t1")
    assert "t1" not in ticks(schedule, 2.0)
    schedule.remove("t0")
    schedule.remove("t2")
    assert schedule.next_due() is None


def test_a_new_interval_holds_from_the_next_probe_on() -> None:
    schedule = of(4, 10.0)
    ticks(schedule, 3.0)
    for number in range(4):
        schedule.set_interval(f"t{number}", 1.0, 3.0)
    found: dict[str, list[float]] = {}
    now = 3.0
    while now < 8.0:
        for target, due_at, _missed in schedule.pop_due(now):
            found.setdefault(target, []).append(due_at)
        now += 0.01
    assert all(4 <= len(due) <= 5 for due in found.values())
    assert min(min(due) for due in found.values()) >= 3.5
