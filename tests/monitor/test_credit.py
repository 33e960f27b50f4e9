"""What is left at a provider reaches its targets, its group, the snapshot and another process."""

import pytest

from relaytop.config.settings import Provider, Settings, Target, Thresholds
from relaytop.monitor.credit_words import credit_words, is_low
from relaytop.monitor.group import Group, summarise
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Credit
from relaytop.store.document import snapshot_document
from relaytop.watch.alerting import credit_levels

DAY_S = 86_400.0
CREDIT = Credit("p", 1000.0, "USD", 12.3, 20.0, 7.7, 4.1, system="openrouter")


def settings(threshold: float | None = None) -> Settings:
    limits = Thresholds(credit=threshold)
    targets = (
        Target(provider="p", model="a", thresholds=limits),
        Target(provider="p", model="b", thresholds=limits),
        Target(provider="q", model="a"),
    )
    providers = tuple(Provider(name=name, base_url="http://127.0.0.1:9") for name in "pq")
    return Settings(providers=providers, targets=targets)


def monitor(threshold: float | None = None, credit: Credit = CREDIT) -> Monitor:
    found = Monitor(settings(threshold), 0.0)
    found.apply(credit, 1000.0)
    return found


def test_it_is_told_in_the_words_that_fit() -> None:
    assert credit_words(CREDIT, 1000.0) == (
        "12.30 USD, 3 d at this pace",
        "12.30 USD, 3 d",
        "12.30 USD, 3 d",
        "12.30 USD 3 d",
        "12.30 USD",
    )
    assert credit_words(CREDIT, 1000.0 + 2400.0)[0].endswith("at this pace (40 min ago)")
    assert credit_words(Credit("p", 0.0), 0.0) == ()
    unknown = Credit("p", 0.0, "CNY", 10_450.0)
    assert credit_words(unknown, 0.0) == ("10,450 CNY", "10,450 CNY")
    slow = Credit("p", 0.0, "USD", 50.0, per_day=0.01)
    assert credit_words(slow, 0.0)[0] == "50.00 USD"
    assert credit_words(Credit("p", 0.0, "USD", -0.004), 0.0)[0] == "0.00 USD"


def test_too_little_is_nothing_or_less_than_the_threshold() -> None:
    assert not is_low(CREDIT, None)
    assert not is_low(CREDIT, 12.3)
    assert is_low(CREDIT, 12.31)
    assert is_low(Credit("p", 0.0, "USD", 0.0), None)
    assert is_low(Credit("p", 0.0, "CNY", -0.3), None)
    assert not is_low(Credit("p", 0.0), 5.0)


def test_all_targets_of_the_provider_and_its_group_know_it() -> None:
    found = monitor()
    summaries = [found.summary(name, 1000.0) for name in found.targets()]
    assert [s.credit for s in summaries] == [CREDIT, CREDIT, None]
    group = Group("provider:p", "p", ("p/a", "p/b"))
    assert summarise(group, summaries[:2]).credit == CREDIT
    assert summarise(Group("model:a", "a", ("p/a", "q/a")), summaries[1:]).credit is None


def test_a_target_that_is_added_knows_it_at_once() -> None:
    found = monitor()
    found.add(Target(provider="p", model="c"), 1000.0)
    found.add(Target(provider="q", model="c"), 1000.0)
    assert found.summary("p/c", 1000.0).credit == CREDIT
    assert found.summary("q/c", 1000.0).credit is None


def test_a_snapshot_has_it_once() -> None:
    document = snapshot_document("live", monitor(), settings(), 1000.0, "h")
    (credit,) = document["credits"]
    assert credit["remaining"] == 12.3
    assert credit["lasts_s"] == pytest.approx(3 * DAY_S)
    assert "place" not in credit
    assert "credits" not in snapshot_document(
        "live", Monitor(settings(), 0.0), settings(), 0.0, "h"
    )


def test_it_is_handed_over_to_another_process() -> None:
    handed = monitor().target_handover("p/a")
    other = Monitor(settings(), 0.0)
    other.restore(handed, 1000.0)
    assert other.summary("p/a", 1000.0).credit == CREDIT


def test_the_alert_goes_by_the_threshold_of_the_provider() -> None:
    assert not credit_levels(monitor(), 1000.0)["p"].low
    low = credit_levels(monitor(15.0), 1000.0)["p"]
    assert (low.low, low.spent) == (True, False)
    assert low.words == "12.30 USD, 3 d at this pace"
    spent = credit_levels(monitor(None, Credit("p", 0.0, "USD", 0.0)), 0.0)["p"]
    assert (spent.low, spent.spent) == (True, True)


def test_a_key_whose_limit_was_taken_away_is_not_low() -> None:
    unlimited = Credit("p", 0.0, "USD", None, None, 7.7)
    assert not credit_levels(monitor(15.0, unlimited), 0.0)["p"].low
    assert credit_levels(monitor(15.0, Credit("p", 0.0, "USD", None, 20.0)), 0.0) == {}
