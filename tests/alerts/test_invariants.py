"""What holds whatever happens to the targets."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from relaytop.alerts.firing import Change
from tests.alerts.simulation import Simulation

TARGETS = ("p/a", "p/b", "p/c", "q/a")
KEYS = {*TARGETS, "p", "q", "relaytop"}
STATUSES = st.sampled_from(["up", "degraded", "down", "paused", "unknown"])
CAUSES = st.sampled_from([None, "timeout", "auth", "connect"])
KEY = st.sampled_from(sorted(KEYS))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.sampled_from(TARGETS), STATUSES, CAUSES),
        st.tuples(st.just("run"), st.integers(1, 5)),
        st.tuples(st.just("wait"), st.floats(0.01, 4)),
        st.tuples(st.just("acknowledge"), KEY),
        st.tuples(st.just("snooze"), KEY, st.floats(0, 30) | st.just(1e9)),
        st.tuples(st.just("trouble"), st.none() | st.just("dead")),
    ),
    max_size=40,
)


def apply(sim: Simulation, step: tuple[Any, ...]) -> None:
    match step:
        case ("set", target, status, cause):
            sim.set(target, status, cause)
        case ("run", count):
            sim.run(count)
        case ("wait", seconds):
            sim.now += seconds
            sim.look()
        case ("acknowledge", key):
            sim.keeper.acknowledge(key)
        case ("snooze", key, seconds):
            sim.keeper.snooze(key, sim.now + seconds)
        case ("trouble", reason):
            sim.trouble = reason


@given(steps=STEPS, after=st.integers(1, 4))
def test_each_alert_fires_once_before_it_ends(steps: list[tuple[Any, ...]], after: int) -> None:
    sim = Simulation(*TARGETS, after=after)
    for step in steps:
        apply(sim, step)
        assert set(sim.firing) <= KEYS
        assert len(set(sim.firing)) == len(sim.firing)
    firing: dict[str, bool] = {}
    for change in sim.changes:
        check(change, firing)
    assert set(firing) == set(sim.firing)


def check(change: Change, firing: dict[str, bool]) -> None:
    """Check a change, given the alerts that fire: key → whether anybody was told."""
    alert = change.alert
    assert not change.rings or (change.sent and not alert.acknowledged)
    if change.kind == "fired":
        assert alert.key not in firing
        firing[alert.key] = change.sent
    elif change.kind in {"resolved", "folded"}:
        assert change.sent == firing.pop(alert.key)  # told of the end as of the beginning
        assert not change.rings
        assert alert.resolved_at is not None
        assert alert.resolved_at >= alert.fired_at >= alert.since - 1
    else:
        firing[alert.key] |= change.sent
