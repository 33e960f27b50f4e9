"""Alerts of one target: fire, hold, get worse, resolve; acknowledged and snoozed."""

import math

import pytest

from relaytop.alerts.condition import EVALUATE_S
from relaytop.alerts.formats.sentence import sentence
from relaytop.alerts.words import describe_change
from tests.alerts.simulation import T0, Simulation

A = "p/a"


def test_it_fires_when_the_status_changes_and_resolves_after_four_good_evaluations() -> None:
    sim = Simulation(A)
    assert sim.run(3) == []
    sim.now += 1.3  # between two evaluations
    sim.set(A, "down", "timeout")
    assert sim.look() == ["fired p/a"]
    (alert,) = sim.keeper.firing
    assert (alert.severity, alert.why, alert.targets, alert.of) == ("down", "timeout", (A,), 1)
    assert (alert.since, alert.message, alert.request_id) == (sim.now, "timeout!", "req")
    assert sim.run(5) == []
    sim.set(A, "up")
    assert sim.run(3) == []
    assert sim.firing == [A]
    assert sim.run(1) == ["resolved p/a"]
    assert sim.firing == []
    assert sim.sent == ["fired p/a", "resolved p/a"]
    assert sim.rings == 1
    record = sim.changes[-1].record
    assert record is not None
    assert (record.since, record.ended_at) == (T0 + 16.3, sim.now)
    said = describe_change(sim.changes[-1])
    assert said == "resolved after 45 s: p/a, down, peak 100 % errors"


@pytest.mark.parametrize(("after", "evaluations"), [(1, 0), (2, 0), (3, 1), (5, 3)])
def test_a_larger_after_delays_it(after: int, evaluations: int) -> None:
    sim = Simulation(A, after=after)
    sim.look()
    sim.set(A, "down", "timeout")
    said = sim.look()
    for count in range(evaluations):
        assert said == [], count
        said = sim.run(1)
    assert said == ["fired p/a"]
    sim.set(A, "up")
    assert sim.run(2 * after - 1) == []
    assert sim.run(1) == ["resolved p/a"]


def test_looks_between_two_evaluations_count_for_nothing() -> None:
    sim = Simulation(A, after=3)
    sim.look()
    sim.set(A, "down", "timeout")
    for _ in range(50):
        sim.now += EVALUATE_S / 100
        assert sim.look() == []


def test_it_gets_worse_once() -> None:
    sim = Simulation(A)
    sim.set(A, "degraded", "timeout")
    assert sim.look() == ["fired p/a"]
    sim.set(A, "down", "timeout")
    assert sim.run(1) == ["worse p/a"]
    sim.set(A, "degraded", "timeout")
    assert sim.run(3) == []
    sim.set(A, "down", "timeout")
    assert sim.run(3) == []
    assert sim.keeper.firing[0].severity == "down"
    assert sim.rings == 2


def test_a_flapping_target_is_one_alert() -> None:
    sim = Simulation(A)
    for _ in range(20):
        sim.set(A, "down", "timeout")
        sim.run(2)
        sim.set(A, "up")
        sim.run(3)
    assert sim.sent == ["fired p/a"]


@pytest.mark.parametrize("status", ["paused", "unknown"])
def test_what_is_not_known_neither_fires_nor_resolves(status: str) -> None:
    sim = Simulation(A)
    sim.set(A, status, "timeout")  # type: ignore[arg-type]
    assert sim.run(20) == []
    sim.set(A, "down", "timeout")
    assert sim.run(1) == ["fired p/a"]
    sim.set(A, status, "timeout")  # type: ignore[arg-type]
    assert sim.run(20) == []
    assert sim.firing == [A]


def test_what_is_no_longer_watched_resolves() -> None:
    sim = Simulation(A, "p/b")
    sim.set(A, "down", "timeout")
    sim.look()
    sim.remove(A)
    assert sim.run(1) == ["resolved p/a"]


def test_the_first_look_at_anothers_watch_is_no_news() -> None:
    sim = Simulation(A, "p/b", after=9)
    sim.set(A, "down", "timeout")
    assert sim.look(quiet=True) == ["fired p/a"]
    assert sim.firing == [A]
    assert (sim.rings, sim.sent) == (0, [])
    sim.set(A, "up")
    sim.run(18)
    assert sim.firing == []
    assert sim.sent == []


def test_nothing_is_probed() -> None:
    sim = Simulation(A)
    sim.look()
    sim.trouble = "the engine died (exit code 1)"
    sim.set(A, "down", "timeout")
    assert sim.run(1) == []
    assert sim.run(1) == ["fired relaytop"]
    assert sentence(sim.keeper.firing[0]) == "nothing is probed: the engine died (exit code 1)"
    sim.trouble = None
    assert sim.run(1) == ["fired p/a"]
    assert sim.run(3) == ["resolved relaytop"]


def test_acknowledged_it_is_shown_and_nobody_is_told() -> None:
    sim = Simulation(A)
    sim.set(A, "degraded", "timeout")
    sim.look()
    sim.keeper.acknowledge(A)
    assert sim.acknowledged == [A]
    sim.set(A, "down", "timeout")
    sim.run(1)
    assert sim.rings == 1
    sim.set(A, "up")
    sim.run(4)
    assert sim.sent == ["fired p/a", "resolved p/a"]
    sim.set(A, "down", "timeout")
    sim.run(1)
    assert sim.acknowledged == []  # it ended with the alert
    assert sim.rings == 2


@pytest.mark.parametrize("key", [A, "p"])
def test_snoozed_nobody_is_told_until_it_is_over(key: str) -> None:
    sim = Simulation(A)
    sim.keeper.snooze(key, T0 + 60)
    sim.set(A, "down", "timeout")
    assert sim.look() == ["fired p/a"]
    assert sim.keeper.firing[0].snoozed_until == T0 + 60
    assert sim.run(11) == []
    assert (sim.rings, sim.sent) == (0, [])
    assert sim.run(1) == ["reminded p/a"]
    assert sim.rings == 1
    assert all(alert.snoozed_until is None for alert in sim.keeper.firing)
    assert sim.keeper.snoozes.all() == {}


def test_a_snooze_of_what_fires_ends_with_another_word() -> None:
    sim = Simulation(A)
    sim.set(A, "down", "timeout")
    sim.look()
    sim.keeper.snooze(A, sim.now + 30)
    assert sim.run(7) == ["reminded p/a"]


def test_snoozed_until_it_resolves() -> None:
    sim = Simulation(A)
    sim.set(A, "down", "timeout")
    sim.look()
    sim.keeper.snooze(A, math.inf)
    assert sim.run(1000) == []
    sim.set(A, "up")
    assert sim.run(4) == ["resolved p/a"]
    assert sim.sent == ["fired p/a", "resolved p/a"]  # who was told the one is told the other
    assert sim.keeper.snoozes.all() == {}


@pytest.mark.parametrize("key", [A, "p"])
def test_a_snooze_until_it_resolves_ends_where_nothing_fires(key: str) -> None:
    sim = Simulation(A)
    sim.keeper.snooze(key, math.inf)
    sim.run(5)
    assert sim.keeper.snoozes.all() == {}
