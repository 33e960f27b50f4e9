"""The engine in this process, with a prober whose replies the test decides."""

import asyncio
import dataclasses
import itertools
from collections.abc import Iterable, Mapping

import pytest

from relaytop.config.settings import Price, Provider, Settings, Target
from relaytop.engine.engine import Engine
from relaytop.engine.target_state import MAX_IN_FLIGHT
from relaytop.probe.sample import Sample
from relaytop.protocol.messages import (
    Add,
    Budget,
    Hold,
    ListModels,
    Models,
    Pause,
    Prices,
    Pulse,
    Ready,
    Resume,
    Scale,
    SetBudget,
)
from relaytop.wire.facts import Limit, RateLimit
from tests.engine.support import FakeProber, finished, good, run
from tests.support.samples import sample, settings

pytestmark = pytest.mark.asyncio(loop_factories=["virtual"])


def with_timeout(timeout_s: float) -> Settings:
    watched = settings("a/x", interval_s=0.2)
    targets = tuple(dataclasses.replace(t, timeout_s=timeout_s) for t in watched.targets)
    return dataclasses.replace(watched, targets=targets)


async def test_every_target_is_probed_on_its_cadence() -> None:
    prober = FakeProber(good)
    reports = await run(settings("a/x", "a/y", "b/z", interval_s=0.1), prober, 1.0)
    assert isinstance(reports[0], Ready)
    for name in ("a/x", "a/y", "b/z"):
        due = [at for target, at in prober.probes if target == name]
        assert 8 <= len(due) <= 12
        gaps = [b - a for a, b in itertools.pairwise(due[1:])]
        assert all(abs(gap - 0.1) < 0.002 for gap in gaps)
    assert len(finished(reports)) == len(prober.probes)
    assert prober.closed == 2


async def test_a_slow_reply_is_not_waited_for_and_its_skips_are_counted() -> None:
    prober = FakeProber(good, delay_s=0.75)
    reports = await run(settings("a/x", interval_s=0.1), prober, 2.0)
    pulses = [report for report in reports if isinstance(report, Pulse)]
    assert max(pulse.in_flight for pulse in pulses) == MAX_IN_FLIGHT
    assert pulses[-1].skipped["a/x"] >= 2
    assert len(prober.probes) <= 3 * MAX_IN_FLIGHT


async def test_a_probe_that_overruns_hides_none_that_is_due_until_the_deadline() -> None:
    """Three are due before it times out: so many may run, and none is skipped."""
    prober = FakeProber(good, delay_s=0.6)
    reports = await run(with_timeout(0.6), prober, 2.4)
    pulses = [report for report in reports if isinstance(report, Pulse)]
    assert max(pulse.in_flight for pulse in pulses) >= 3
    assert not any(pulse.skipped for pulse in pulses)
    assert len(prober.probes) >= 10


async def test_a_target_whose_deadline_is_shorter_than_its_cadence_runs_one_at_a_time() -> None:
    prober = FakeProber(good, delay_s=0.02)
    reports = await run(with_timeout(0.15), prober, 1.0)
    assert not any(isinstance(r, Pulse) and r.in_flight > 1 for r in reports)
    assert len(prober.probes) >= 4


async def test_a_probe_that_hangs_is_named() -> None:
    reports = await run(settings("a/x"), FakeProber(good, delay_s=60), 2.4)
    pulses = [report for report in reports if isinstance(report, Pulse)]
    assert pulses[-1].in_flight == 1
    assert "a/x" in pulses[-1].running


async def test_it_waits_as_the_server_says_and_goes_on_by_itself() -> None:
    def limited(target: Target, due_at: float) -> Sample:
        del due_at
        first = len(prober.probes) == 1
        error = "rate_limited" if first else None
        return sample(target=target.id, error=error, retry_after_s=0.6 if first else None)

    prober = FakeProber(limited)
    engine_clock: list[float] = []

    reports = await run(settings("a/x", interval_s=0.1), prober, 1.4)
    (hold,) = [report for report in reports if isinstance(report, Hold)]
    assert (hold.reason, hold.asked) == ("rate_limited", True)
    due = [at for _target, at in prober.probes]
    assert due[1] - due[0] >= 0.5
    assert len(due) >= 4
    assert not any(isinstance(r, Pulse) and r.skipped for r in reports)
    assert not engine_clock


@pytest.mark.parametrize("set_by_s", [-3600.0, 3600.0])
async def test_a_wait_does_not_depend_on_the_system_clock(set_by_s: float) -> None:
    """Set by an hour during the wait after a 429: it is not lengthened, nor cut short."""

    def limited(target: Target, due_at: float) -> Sample:
        del due_at
        first = len(prober.probes) == 1
        if first:
            moved.append(set_by_s)
        error = "rate_limited" if first else None
        return sample(target=target.id, error=error, retry_after_s=0.6 if first else None)

    prober, moved = FakeProber(limited), list[float]()
    await run(settings("a/x", interval_s=0.1), prober, 1.6, clock_set_by_s=lambda: sum(moved))
    due = [at for _target, at in prober.probes]
    assert 0.5 <= due[1] - due[0] < 1.0
    assert len(due) >= 4


@pytest.mark.parametrize("name", [None, "a/x"])
async def test_pausing_and_resuming(name: str | None) -> None:
    prober = FakeProber(good)
    reports = await run(
        settings("a/x", interval_s=0.1), prober, 0.6, lambda engine: engine.handle(Pause(name))
    )
    paused = len(prober.probes)
    assert paused <= 5
    assert len(finished(reports)) == paused

    def off_and_on(engine: Engine) -> None:
        engine.handle(Pause(name))
        engine.handle(Resume(name))

    prober = FakeProber(good)
    await run(settings("a/x", interval_s=0.1), prober, 0.6, off_and_on)
    assert len(prober.probes) > paused


async def test_a_pause_before_the_prices_are_loaded_holds() -> None:
    """An engine that is started again is told at once what was paused."""
    prober, loaded = FakeProber(good), asyncio.Event()

    async def look_up(_url: str, _models: Iterable[str]) -> Mapping[str, Price]:
        await loaded.wait()
        return {}

    engine = Engine(
        settings("a/x", "a/y", interval_s=0.1),
        emit=lambda _report: None,
        make_prober=lambda _provider: prober,
        uniform=lambda: 1.0,
        look_up=look_up,
    )
    stop = asyncio.Event()
    running = asyncio.ensure_future(engine.run(stop))
    await asyncio.sleep(0.1)
    engine.handle(Pause("a/x"))
    loaded.set()
    await asyncio.sleep(0.5)
    stop.set()
    await running
    assert {name for name, _due_at in prober.probes} == {"a/y"}


async def test_targets_are_added_while_it_runs() -> None:
    def change(engine: Engine) -> None:
        engine.handle(Add((Target(provider="a", model="new", interval_s=0.1),)))
        engine.handle(Add((Target(provider="nowhere", model="m"),)))

    prober = FakeProber(good)
    reports = await run(settings("a/x", interval_s=0.1), prober, 0.8, change)
    names = [s.target for s in finished(reports)]
    assert names[0] == "a/x"
    assert "a/new" in names
    assert not any(name.startswith("nowhere") for name in names)


async def test_the_interval_changes_while_it_runs() -> None:
    prober = FakeProber(good)
    await run(settings("a/x", interval_s=10.0), prober, 1.3, lambda e: e.handle(Scale(0.01)))
    assert len(prober.probes) >= 6


async def test_every_target_keeps_its_own_interval_in_proportion() -> None:
    prober = FakeProber(good)
    watched = settings("a/x", "a/y", interval_s=0.8)
    rare = dataclasses.replace(watched.targets[1], interval_s=3600.0)
    watched = dataclasses.replace(watched, targets=(watched.targets[0], rare))
    await run(watched, prober, 1.5, lambda e: e.handle(Scale(0.25)))
    names = [name for name, _due_at in prober.probes]
    assert names.count("a/x") >= 3  # unscaled it would be two
    assert names.count("a/y") <= 1


async def test_what_a_provider_offers() -> None:
    reports = await run(settings("a/x"), FakeProber(good), 0.2, lambda e: e.handle(ListModels("a")))
    assert Models("a", ("a", "b")) in reports


def paid(target: Target, due_at: float) -> Sample:
    del due_at
    return sample(target=target.id, cost_usd=0.0001, tokens=(9, 9))


async def test_the_budget_ends_paid_probing_and_raising_it_resumes() -> None:
    watched = Settings(
        providers=(Provider(name="a", base_url="http://x", prices={"m": Price(1.0, 6.0)}),),
        targets=(Target(provider="a", model="m", interval_s=0.05),),
        budget_usd=0.0004,
    )
    prober = FakeProber(paid)
    counts: list[int] = []

    def raise_it(engine: Engine) -> None:
        counts.append(len(prober.probes))
        engine.handle(SetBudget(1.0))

    reports = await run(watched, prober, 1.4, raise_it)
    assert counts[0] <= 4
    states = [report.state for report in reports if isinstance(report, Budget)]
    assert "reached" in states
    assert states[-1] == "ok"
    assert any(isinstance(r, Hold) and r.reason == "budget" for r in reports)
    assert len(prober.probes) > counts[0] + 3


async def test_lowering_the_budget_below_what_is_spent_stops_paid_probes() -> None:
    watched = Settings(
        providers=(Provider(name="a", base_url="http://x", prices={"m": Price(1.0, 6.0)}),),
        targets=(Target(provider="a", model="m", interval_s=0.05),),
        budget_usd=1.0,
    )
    prober = FakeProber(paid)
    counts: list[int] = []

    def lower_it(engine: Engine) -> None:
        counts.append(len(prober.probes))
        engine.handle(SetBudget(0.00001))

    reports = await run(watched, prober, 1.4, lower_it)
    assert counts[0] > 4
    assert len(prober.probes) <= counts[0] + 1
    assert [report.state for report in reports if isinstance(report, Budget)][-1] == "reached"
    assert any(isinstance(r, Hold) and r.reason == "budget" for r in reports)


async def test_a_budget_of_nothing_sends_nothing_that_costs() -> None:
    prober = FakeProber(good)
    await run(settings("a/x", interval_s=0.1, budget_usd=0.0), prober, 0.5)
    assert prober.probes == []
    free = settings("a/x", interval_s=0.1, budget_usd=0.0, prices={"x": Price(0.0, 0.0)})
    await run(free, prober, 0.5)
    assert prober.probes


async def test_max_rpm_holds_probes_back_and_counts_them_as_paced() -> None:
    watched = settings("a/x", "a/y", interval_s=0.1)
    provider = dataclasses.replace(watched.providers[0], max_rpm=6)
    prober = FakeProber(good)
    reports = await run(dataclasses.replace(watched, providers=(provider,)), prober, 1.4)
    assert 3 <= len(prober.probes) <= 4
    last = [report for report in reports if isinstance(report, Pulse)][-1]
    assert sum(last.paced.values()) > 5
    assert not last.skipped


async def test_when_little_of_a_limit_is_left_the_target_is_let_alone() -> None:
    def scarce(target: Target, _due_at: float) -> Sample:
        return sample(target=target.id, rate_limit=RateLimit(Limit(100, 5, 30.0)))

    prober = FakeProber(scarce)
    reports = await run(settings("a/x", interval_s=0.1), prober, 0.6)
    assert len(prober.probes) == 1
    holds = [report for report in reports if isinstance(report, Hold)]
    assert (holds[0].reason, holds[0].asked) == ("scarce", False)


async def test_list_prices_are_learnt_before_the_first_probe_and_told() -> None:
    listed = {"x": Price(2.0, 8.0, source="list"), "z": Price(1.0, 1.0, source="list")}
    prober = FakeProber(good)
    reports = await run(settings("a/x", "a/y"), prober, 0.3, listed=listed)
    told = [report for report in reports if isinstance(report, Prices)]
    assert told == [Prices("a", {"x": listed["x"]})]
    assert prober.prices == {"x": listed["x"]}


async def test_what_is_offered_is_priced_unless_the_config_does() -> None:
    listed = {"a": Price(2.0, 8.0, source="list"), "b": Price(1.0, 1.0, source="list")}
    watched = settings("p/b", prices={"b": Price(5.0, 5.0)})
    prober = FakeProber(good)
    reports = await run(watched, prober, 0.4, lambda engine: engine.handle(ListModels("p")), listed)
    told = [report for report in reports if isinstance(report, Prices)]
    assert told == [Prices("p", {"a": listed["a"]})]
    assert prober.prices["b"] == Price(5.0, 5.0)
