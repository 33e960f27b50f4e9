"""The order of probes where money is short."""

from relaytop.config.settings import Price, Provider, Target
from relaytop.engine.due_queue import DueQueue
from relaytop.engine.engine_budget import EngineBudget, Reserve
from relaytop.engine.target_state import TargetState
from tests.engine.support import FakeLedger, FakeProber, good
from tests.support.samples import T0

COST_USD = 0.1


class Bench:
    """Lanes of two providers, of which `free/…` costs nothing."""

    def __init__(self, budget_usd: float = 1.0, max_rpm: int | None = None) -> None:
        self.ledger = FakeLedger()
        self.budget = EngineBudget(budget_usd, 10.0, self.ledger, T0)
        self.over_budget: list[str] = []
        names = ("a/1", "a/2", "b/1", "b/2", "free/1")
        providers = [
            Provider(name=name, base_url="http://x", max_rpm=max_rpm) for name in ("a", "b", "free")
        ]
        self.due_queue = DueQueue(
            providers,
            self.budget,
            self.reserve,
            lambda state: self.over_budget.append(state.target.id),
        )
        self.states = {name: self.state(name) for name in names}

    def state(self, name: str) -> TargetState:
        provider, _, model = name.partition("/")
        target = Target(provider=provider, model=model)
        return TargetState(target, FakeProber(good), lambda: 0.0)

    def reserve(self, target: Target) -> Reserve:
        price = Price(0.0, 0.0) if target.provider == "free" else None
        return self.budget.reserve_for(target, price) if price else Reserve(COST_USD, known=True)

    def go(self, now: float = 0.0) -> list[str]:
        """Return who goes; their money is set aside."""
        gone = []
        for state, _due_at, reserve in self.due_queue.pop_ready(now, T0 + now, T0 + now):
            self.budget.daily.reserve(reserve.usd)
            gone.append(state.target.id)
        return gone

    def due(self, *names: str, at: float = 0.0) -> None:
        for name in names:
            self.due_queue.add(self.states[name], at)

    def grant(self, probes: float) -> None:
        self.budget.request_allowance(COST_USD, COST_USD * probes)
        self.ledger.answer(COST_USD * probes)
        self.budget.apply_allowance()


def test_who_waits_for_money_stays_in_line_and_nobody_overtakes() -> None:
    bench = Bench()
    bench.grant(1)
    bench.due("b/2", at=1.0)
    bench.due("a/1", at=2.0)
    bench.due("b/1", at=3.0)
    bench.due("free/1", at=4.0)
    assert bench.go(5.0) == ["b/2", "free/1"]
    assert bench.due_queue.wakeup_times(5.0) == []
    bench.due("a/2", at=5.0)
    bench.grant(3)
    assert bench.go(6.0) == ["a/1", "b/1"]
    bench.grant(4)
    assert bench.go(7.0) == ["a/2"]
    assert not bench.due_queue.awaits_funds
    assert not any(state.skipped or state.paced for state in bench.states.values())


def test_who_still_waits_for_money_when_it_is_due_again_is_counted_as_skipped() -> None:
    bench = Bench()
    bench.grant(0)
    bench.due("a/1")
    assert bench.go() == []
    bench.due("a/1", at=1.0)
    assert (bench.states["a/1"].skipped, bench.states["a/1"].paced) == (1, 0)


def test_who_waits_for_max_rpm_is_counted_as_paced() -> None:
    bench = Bench(max_rpm=1)
    bench.grant(4)
    bench.due("a/1", "a/2")
    assert bench.go() == ["a/1"]
    assert bench.due_queue.wakeup_times(0.0) == [60.0]
    bench.due("a/2", at=1.0)
    assert (bench.states["a/2"].skipped, bench.states["a/2"].paced) == (0, 1)
    assert bench.go(60.0) == ["a/2"]


def test_it_is_looked_at_again_while_the_ledger_is_to_answer_and_not_for_ever() -> None:
    bench = Bench()
    bench.grant(0)
    bench.due("a/1")
    bench.go()
    assert bench.due_queue.wakeup_times(0.0) == []
    bench.budget.request_more(1.0, 1.0)
    assert len(bench.due_queue.wakeup_times(0.0)) == 1


def test_where_today_has_no_more_it_is_told_once_and_nobody_waits() -> None:
    bench = Bench(budget_usd=COST_USD / 2)
    for at in (0.0, 1.0):
        bench.due("a/1", "free/1", at=at)
        assert bench.go(at) == ["free/1"]
    assert bench.over_budget == ["a/1"]
    assert not bench.due_queue.awaits_funds
    assert bench.states["a/1"].over_budget_until > T0
