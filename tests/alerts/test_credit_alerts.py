"""The alert that too little is left: fires, gets worse, holds and resolves."""

from __future__ import annotations

import math

import pytest

from relaytop.alerts.credit_alerts import LOW_CREDIT, CreditLevel
from relaytop.alerts.firing import resumed
from relaytop.alerts.formats.alertmanager import alertmanager_alerts
from relaytop.alerts.formats.sentence import sentence
from relaytop.alerts.keeper import AlertKeeper
from relaytop.alerts.words import describe_change
from relaytop.monitor.summary import Summary

LOW = CreditLevel(low=True, spent=False, words="4.20 USD, 3 h at this pace")
SPENT = CreditLevel(low=True, spent=True, words="0.00 USD")
GOOD = CreditLevel(low=False, spent=False, words="50.00 USD")


class Keeper:
    """Evaluates every five seconds."""

    def __init__(self) -> None:
        self.keeper = AlertKeeper(2)
        self.now = 0.0

    def see(self, level: CreditLevel | None, times: int = 1) -> list[str]:
        kinds: list[str] = []
        for _ in range(times):
            self.now += 5.0
            levels = {} if level is None else {"p": level}
            kinds += [change.kind for change in self.keeper.evaluate([], self.now, credit=levels)]
        return kinds


def test_it_fires_after_two_evaluations_and_ends_after_four_good_ones() -> None:
    it = Keeper()
    assert it.see(GOOD, 3) == []
    assert it.see(LOW) == []
    assert it.see(LOW) == ["fired"]
    (alert,) = it.keeper.firing
    assert (alert.provider, alert.severity, alert.why) == ("p", "degraded", LOW_CREDIT)
    assert sentence(alert) == "p: credit is low: 4.20 USD, 3 h at this pace"
    assert it.see(LOW, 5) == []
    assert it.see(None, 5) == []
    assert it.see(GOOD, 3) == []
    assert it.see(GOOD) == ["resolved"]
    assert it.keeper.idle


def test_nothing_left_is_worse() -> None:
    it = Keeper()
    assert it.see(LOW, 2) == ["fired"]
    assert it.see(SPENT) == ["worse"]
    assert it.keeper.firing[0].severity == "down"
    assert it.keeper.firing[0].message == "0.00 USD"


def test_its_end_and_its_name_for_others() -> None:
    it = Keeper()
    it.see(LOW, 2)
    (document,) = alertmanager_alerts(it.keeper.firing[:1], "h", it.now)
    assert document["labels"]["alertname"] == "RelaytopCreditLow"
    it.now += 5.0
    changes = []
    for _ in range(4):
        it.now += 5.0
        changes += it.keeper.evaluate([], it.now, credit={"p": GOOD})
    (change,) = changes
    assert describe_change(change).endswith("p, credit was low")
    assert sentence(change.alert) == "p: credit is no longer low"


def test_a_run_that_follows_goes_on_with_it() -> None:
    it = Keeper()
    it.see(LOW, 2)
    (record,) = it.keeper.left_open(it.now, ())
    assert record.left is not None
    after = AlertKeeper(2)
    after.resume(resumed(record, record.left))
    assert [alert.key for alert in after.firing] == ["p credit"]
    assert after.evaluate([], it.now + 5, credit={"p": LOW}) == []


@pytest.mark.parametrize("snoozed", ["p", "p credit"])
def test_it_is_snoozed_with_its_provider_or_alone(snoozed: str) -> None:
    it = Keeper()
    it.keeper.snooze(snoozed, 1000.0)
    it.see(LOW, 2)
    (alert,) = it.keeper.firing
    assert alert.snoozed_until == 1000.0


def test_a_snooze_of_its_provider_until_it_resolves_lasts_while_the_targets_are_well() -> None:
    keeper = AlertKeeper(2)
    up = Summary(target="p/m", provider="p", model="m", status="up", since=0.0)
    now = 0.0

    def see(level: CreditLevel, times: int) -> list[bool]:
        nonlocal now
        sent = []
        for _ in range(times):
            now += 5.0
            sent += [each.sent for each in keeper.evaluate([up], now, credit={"p": level})]
        return sent

    assert see(LOW, 2) == [True]
    keeper.snooze("p", math.inf)
    assert see(LOW, 20) == []
    assert keeper.firing[0].snoozed_until == math.inf
    see(GOOD, 5)
    assert keeper.firing == ()
    assert not keeper.snoozes
