"""One provider's outage is one alert; what has another cause is another."""

from relaytop.alerts.formats.sentence import sentence
from relaytop.alerts.words import describe_change
from tests.alerts.simulation import Simulation

EIGHT = tuple(f"p/m{number}" for number in range(8))


def test_eight_targets_that_go_down_one_after_another_are_one_alert() -> None:
    sim = Simulation(*EIGHT, "other/m")
    sim.look()
    for target in EIGHT:  # each has failed once or twice when the first goes down
        sim.set(target, "up", "connect")
    for target in EIGHT:
        sim.now += 0.6
        sim.set(target, "down", "connect")
        sim.look()
    sim.run(10)
    assert sim.firing == ["p"]
    assert sim.sent == ["fired p"]
    assert sim.rings == 1
    (alert,) = sim.keeper.firing
    assert sentence(alert) == "p: 8 of 8 targets down (connect)"
    assert set(alert.targets) == set(EIGHT)
    assert [a.key for a in sim.keeper.alerts_of([EIGHT[3]])] == ["p"]
    assert sim.keeper.alerts_of(["other/m"]) == ()
    for target in EIGHT:
        sim.set(target, "up")
        sim.run(1)
    assert sim.firing == ["p"]
    sim.run(3)
    assert sim.sent == ["fired p", "resolved p"]
    said = describe_change(sim.changes[-1])
    assert said.startswith("resolved after 2 min: p, 8 of 8 down, peak 100 % errors")
    assert set(sim.changes[-1].alert.targets) == set(EIGHT)  # the last one alone was bad before it


def test_a_refused_key_is_the_providers_from_the_first_answer_on() -> None:
    sim = Simulation(*EIGHT)
    sim.look()
    sim.now += 1
    for number, target in enumerate(EIGHT):
        sim.now += 0.6
        sim.set(target, "down", "auth")
        said = sim.look()
        assert said == (["fired p"] if not number else [])


def test_one_target_whose_key_is_refused_is_its_own() -> None:
    sim = Simulation("p/a", "p/b", "p/c")
    sim.look()
    sim.now += 5
    sim.set("p/a", "down", "auth")
    sim.set("p/b", "up")  # it has answered since
    assert sim.look() == ["fired p/a"]


def test_less_than_half_are_alerts_of_their_own() -> None:
    sim = Simulation(*EIGHT)
    sim.look()
    for target in EIGHT[:3]:
        sim.now += 0.6
        sim.set(target, "down", "timeout")
        sim.look()
    assert sim.firing == ["p/m0"]  # before all have been probed again it may be an outage
    sim.run(2)
    assert sim.firing == list(EIGHT[:3])


def test_models_that_are_all_gone_are_the_first_and_then_the_provider() -> None:
    sim = Simulation(*EIGHT)
    sim.look()
    for target in EIGHT:
        sim.now += 0.6
        sim.set(target, "down", "not_found")
        sim.look()
    assert sim.sent == ["fired p/m0", "fired p", "folded p/m0"]
    assert sim.rings == 1


def test_two_causes_are_no_outage() -> None:
    sim = Simulation("p/a", "p/b")
    sim.set("p/a", "down", "timeout")
    sim.set("p/b", "down", "rate_limited")
    sim.look()
    assert sim.firing == ["p/a", "p/b"]


def test_paused_targets_do_not_count() -> None:
    sim = Simulation("p/a", "p/b", "p/c", "p/d", "p/e")
    for target in ("p/c", "p/d", "p/e"):
        sim.set(target, "paused")
    sim.set("p/a", "down", "timeout")
    sim.set("p/b", "down", "timeout")
    sim.look()
    assert sentence(sim.keeper.firing[0]) == "p: 2 of 2 targets down (timeout)"


def test_alerts_of_targets_become_the_providers_without_a_second_bell() -> None:
    sim = Simulation("p/a", "p/b", "p/c")
    sim.set("p/a", "down", "timeout")
    assert sim.look() == ["fired p/a"]
    sim.run(4)
    sim.set("p/b", "down", "timeout")
    assert sim.look() == ["fired p", "folded p/a"]
    assert sim.firing == ["p"]
    assert sim.rings == 1
    assert sim.changes[-1].alert.folded_into == "p"
    assert sim.changes[-1].alert.state == "resolved"
    assert sim.sent == ["fired p/a", "fired p", "folded p/a"]
    assert describe_change(sim.changes[-1]) == "p/a: part of p's alert now"


def test_a_later_cause_of_one_target_fires_of_its_own_once_it_lasts() -> None:
    sim = Simulation("p/a", "p/b", "p/c", "p/d")
    for target in ("p/a", "p/b", "p/c"):
        sim.set(target, "down", "rate_limited")
    assert sim.look() == ["fired p"]
    sim.set("p/d", "down", "timeout")
    assert sim.run(2) == []
    assert sim.run(1) == ["fired p/d"]
    assert sorted(sim.firing) == ["p", "p/d"]
    sim.set("p/d", "down", "rate_limited")
    assert sim.run(1) == ["folded p/d"]
    sim.set("p/d", "down", "timeout")
    sim.run(3)
    assert sorted(sim.firing) == ["p", "p/d"]
    assert sim.rings == 2  # it was told already


def test_an_outage_whose_cause_changes_goes_on() -> None:
    sim = Simulation(*EIGHT)
    for target in EIGHT:
        sim.set(target, "down", "connect")
    sim.look()
    for target in EIGHT:
        sim.set(target, "down", "gateway")
        sim.now += 1
        sim.look()
    sim.run(10)
    assert sim.firing == ["p"]
    assert sim.keeper.firing[0].why == "gateway"
    assert sim.rings == 1


def test_an_outage_of_targets_that_are_gone_resolves() -> None:
    sim = Simulation("p/a", "p/b", "p/c")
    for target in ("p/a", "p/b"):
        sim.set(target, "down", "connect")
    sim.look()
    sim.remove("p/a")
    sim.run(1)
    assert sim.firing == ["p"]
    sim.remove("p/b")
    assert sim.run(1) == ["resolved p"]
