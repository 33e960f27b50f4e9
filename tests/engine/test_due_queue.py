"""Who goes next where money is short."""

from relaytop.config.settings import Price, Provider, Target
from relaytop.engine.due_queue import DueQueue
from relaytop.engine.engine_budget import EngineBudget, Reserve
from relaytop.engine.target_state import TargetState
from tests.engine.test_engine import FakeProber, good
from tests.engine.test_engine_budget import FakeLedger
from tests.support.samples import T0

COST_USD = 0.1


class Bench:
    """Lanes of two providers, of which `free/…` costs nothing."""

    def __init__(self, budget_usd: float = 1.0, max_rpm: int | None = None) -> None:
        self.ledger = FakeLedger()
        self.till = EngineBudget(budget_usd, 10.0, self.ledger, T0)
        self.broke: list[str] = []
        names = ("a/1", "a/2", "b/1", "b/2", "free/1")
        providers = [
            Provider(name=name, base_url="http://x", max_rpm=max_rpm) for name in ("a", "b", "free")
        ]
        self.turns = DueQueue(
            providers, self.till, self.reserve, lambda lane: self.broke.append(lane.target.id)
        )
        self.lanes = {name: self.lane(name) for name in names}

    def lane(self, name: str) -> TargetState:
        provider, _, model = name.partition("/")
        target = Target(provider=provider, model=model)
        return TargetState(target, FakeProber(good), lambda: 0.0)

    def reserve(self, target: Target) -> Reserve:
        price = Price(0.0, 0.0) if target.provider == "free" else None
        return self.till.reserve_for(target, price) if price else Reserve(COST_USD, known=True)

    def go(self, now: float = 0.0) -> list[str]:
        """Return who goes; their money is set aside."""
        gone = []
        for lane, _due_at, reserve in self.turns.take(now, T0 + now):
            self.till.budget.reserve(reserve.usd)
            gone.append(lane.target.id)
        return gone

    def due(self, *names: str, at: float = 0.0) -> None:
        for name in names:
            self.turns.add(self.lanes[name], at)

    def grant(self, probes: float) -> None:
        self.till.ask(COST_USD, COST_USD * probes)
        self.ledger.answer(COST_USD * probes)
        self.till.refresh()


def test_who_waits_for_money_stays_in_line_and_nobody_overtakes() -> None:
    bench = Bench()
    bench.grant(1)
    bench.due("b/2", at=1.0)
    bench.due("a/1", at=2.0)
    bench.due("b/1", at=3.0)
    bench.due("free/1", at=4.0)
    assert bench.go(5.0) == ["b/2", "free/1"]
    assert bench.turns.moments(5.0) == []
    bench.due("a/2", at=5.0)
    bench.grant(3)
    assert bench.go(6.0) == ["a/1", "b/1"]
    bench.grant(4)
    assert bench.go(7.0) == ["a/2"]
    assert not bench.turns.short
    assert not any(lane.skipped or lane.paced for lane in bench.lanes.values())


def test_who_still_waits_for_money_when_it_is_due_again_is_counted_as_skipped() -> None:
    bench = Bench()
    bench.grant(0)
    bench.due("a/1")
    assert bench.go() == []
    bench.due("a/1", at=1.0)
    assert (bench.lanes["a/1"].skipped, bench.lanes["a/1"].paced) == (1, 0)


def test_who_waits_for_max_rpm_is_counted_as_paced() -> None:
    bench = Bench(max_rpm=1)
    bench.grant(4)
    bench.due("a/1", "a/2")
    assert bench.go() == ["a/1"]
    assert bench.turns.moments(0.0) == [60.0]
    bench.due("a/2", at=1.0)
    assert (bench.lanes["a/2"].skipped, bench.lanes["a/2"].paced) == (0, 1)
    assert bench.go(60.0) == ["a/2"]


def test_it_is_looked_at_again_while_the_ledger_is_to_answer_and_not_for_ever() -> None:
    bench = Bench()
    bench.grant(0)
    bench.due("a/1")
    bench.go()
    assert bench.turns.moments(0.0) == []
    bench.till.hurry(1.0, 1.0)
    assert len(bench.turns.moments(0.0)) == 1


def test_where_today_has_no_more_it_is_told_once_and_nobody_waits() -> None:
    bench = Bench(budget_usd=COST_USD / 2)
    for at in (0.0, 1.0):
        bench.due("a/1", "free/1", at=at)
        assert bench.go(at) == ["free/1"]
    assert bench.broke == ["a/1"]
    assert not bench.turns.short
    assert bench.lanes["a/1"].broke_until > T0
