"""A verdict does not flicker, and is told once."""

from __future__ import annotations

from relaytop.monitor.where_keeper import SETTLE_S, STAY_S, WhereKeeper
from tests.monitor.test_where import PLACES, at, fleet, of

WELL = fleet([])
BROKEN = fleet(at("ops-2"))


def keeper() -> WhereKeeper:
    found = WhereKeeper()
    assert found.evaluate(WELL, 0.0) == []
    return found


def test_it_is_told_once_it_has_held_for_a_while() -> None:
    where = keeper()
    assert where.evaluate(BROKEN, 10.0) == []
    assert not where.verdicts
    (change,) = where.evaluate(BROKEN, 10.0 + SETTLE_S)
    assert (change.began, change.since) == (True, 10.0)
    assert where.evaluate(BROKEN, 20.0) == []
    assert len(where.verdicts) == 1
    assert where.verdicts[0].place == "ops-2"


def test_it_stays_for_a_while_and_its_end_is_told_once() -> None:
    where = keeper()
    for now in (10.0, 10.0 + SETTLE_S):
        where.evaluate(BROKEN, now)
    last = 10.0 + SETTLE_S
    assert where.evaluate(WELL, last + STAY_S - 1) == []
    assert where.verdicts
    (change,) = where.evaluate(WELL, last + STAY_S)
    assert not change.began
    assert not where.verdicts
    assert not where.pending


def test_what_is_over_before_it_was_told_is_never_told() -> None:
    where = keeper()
    where.evaluate(BROKEN, 10.0)
    assert where.evaluate(WELL, 11.0) == []
    assert not where.pending


def test_a_wider_verdict_takes_the_place_of_a_narrow_one_at_once() -> None:
    where = keeper()
    first = fleet(of("holysheep", ["ops-2"]))
    for now in (10.0, 20.0):
        where.evaluate(first, now)
    changes = where.evaluate(BROKEN, 21.0)
    assert [change.began for change in changes] == [False]
    (change,) = where.evaluate(BROKEN, 21.0 + SETTLE_S)
    assert change.verdict.name == "path from ops-2"


def test_what_was_so_before_anybody_looked_is_told_at_once() -> None:
    where = WhereKeeper()
    assert where.evaluate([], 0.0) == []
    (change,) = where.evaluate(BROKEN, 1.0)
    assert change.began


def test_counts_change_without_news() -> None:
    where = WhereKeeper()
    where.evaluate(fleet(of("holysheep", PLACES[:5])), 0.0)
    assert where.evaluate(fleet(of("holysheep", PLACES)), 5.0) == []
    assert [verdict.bad for verdict in where.verdicts] == [6]
