"""The engine: an open-loop schedule that starts probes, and nothing that waits for a reply."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

from relaytop.config.durations import scaled_s
from relaytop.engine.budget import DailyBudget, next_day
from relaytop.engine.lane import Lane
from relaytop.engine.messages import (
    Add,
    Finished,
    Hold,
    ListModels,
    Models,
    Notice,
    Pause,
    Prices,
    Pulse,
    Ready,
    Remove,
    Resume,
    Scale,
    SetBudget,
)
from relaytop.engine.pacing import Pacer
from relaytop.engine.pricelist import list_prices
from relaytop.engine.scarcity import scarce_s
from relaytop.engine.schedule import Schedule
from relaytop.ledger.ledger import Entry, Want
from relaytop.pricing.estimate import reserve_usd
from relaytop.wire.facts import Failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from relaytop.config.settings import Price, Provider, Settings, Target
    from relaytop.engine.lane import ProberLike
    from relaytop.engine.messages import Budget, Command, Report
    from relaytop.ledger.ledger import Ledger
    from relaytop.probe.sample import Sample

PULSE_S = 1.0
LONG_S = 0.5
"""A probe that runs for longer is named in the pulse."""
AHEAD_S = 4.0
"""The ledger is asked for what so many seconds may cost; it answers every second."""
LEDGER_S = 3.0
"""How long a ledger that is locked holds up the first probes."""
PRICES_S = 3600.0


class Engine:
    """Probes targets on their cadence and reports what it finds.

    Args:
        settings: What to watch.
        emit: Takes each report; must not block.
        make_prober: Makes a provider's prober.
        uniform: Random floats in [0, 1).
        ledger: What was spent is kept there; None keeps it in memory.
        clock: Unix seconds.
        dropped: Tells how many reports the parent did not take.
        look_up: Finds list prices: (base URL, model ids) → prices.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        emit: Callable[[Report], None],
        make_prober: Callable[[Provider], ProberLike],
        uniform: Callable[[], float],
        ledger: Ledger | None = None,
        clock: Callable[[], float] = time.time,
        dropped: Callable[[], int] = lambda: 0,
        look_up: Callable[[str, Iterable[str]], Awaitable[Mapping[str, Price]]] = list_prices,
    ) -> None:
        self._settings = settings
        self._emit = emit
        self._uniform = uniform
        self._ledger = ledger
        self._clock = clock
        self._dropped = dropped
        self._look_up = look_up
        self._probers = {p.name: make_prober(p) for p in settings.providers}
        self._pacers = {p.name: Pacer(p.max_rpm) for p in settings.providers}
        self._prices = {p.name: dict(p.prices) for p in settings.providers}
        self._listed: dict[str, tuple[str, ...]] = {}
        """Provider → models whose list prices are kept up to date."""
        self._prices_at = clock()
        self._lanes: dict[str, Lane] = {}
        self._schedule = Schedule()
        self._budget = DailyBudget(settings.budget_usd, clock())
        self._told: Budget | None = None
        self._want: Want | None = None
        self._factor = 1.0
        self._paused = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._pulse_soon: asyncio.TimerHandle | None = None
        self._in_flight = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Probe until `stop` is set, then close what is open."""
        self._emit(Ready(os.getpid()))
        try:
            await self._know_the_money()
            self.handle(Add(self._settings.targets))
            while not stop.is_set():
                self._pulse()
                try:
                    await asyncio.wait_for(stop.wait(), PULSE_S)
                except TimeoutError:
                    continue
        finally:
            await self._close()

    def handle(self, command: Command) -> None:
        """Obey a command."""
        match command:
            case Add(targets):
                for target in targets:
                    self._add(target)
            case Remove(name):
                self._remove(name)
            case Pause(name) | Resume(name):
                self._pause(name, paused=isinstance(command, Pause))
            case Scale(factor):
                self._factor = factor
                for name, lane in self._lanes.items():
                    self._schedule.set_interval(name, self._interval_s(lane.target), self._now())
            case SetBudget(usd):
                self._budget.raise_to(usd)
                self._ask_ledger(lane.target for lane in self._lanes.values())
                self._tell_budget()
            case ListModels(provider):
                self._spawn(self._list_models(provider))
            case _:
                return  # a Start comes first and is the child's to take
        self._arm()

    # ── money ────────────────────────────────────────────────────────────────

    async def _know_the_money(self) -> None:
        """Learn prices and what may be spent before anything is sent that costs."""
        chosen: dict[str, list[str]] = {}
        for target in self._settings.targets:
            chosen.setdefault(target.provider, []).append(target.model)
        await asyncio.gather(*(self._learn_prices(name, models) for name, models in chosen.items()))
        if self._ledger is not None:
            self._ask_ledger(self._settings.targets)
            wait = self._ledger.answered.wait
            await asyncio.get_running_loop().run_in_executor(None, wait, LEDGER_S)
            self._read_ledger(self._clock())

    async def _learn_prices(self, name: str, models: Iterable[str]) -> None:
        """Take a provider's list prices, for those models that the config has no price of."""
        if name not in self._probers:
            return
        provider = self._settings.provider(name)
        wanted = tuple(
            dict.fromkeys((*self._listed.get(name, ()), *models)) - provider.prices.keys()
        )
        self._listed[name] = wanted
        found = await self._look_up(provider.base_url, wanted) if wanted else {}
        if not found:
            return
        self._prices[name] = {**found, **provider.prices}
        self._probers[name].set_prices(self._prices[name])
        for lane in self._lanes.values():
            lane.reserve = self._reserve(lane.target)
        self._emit(Prices(name, found))

    def _reserve(self, target: Target) -> float:
        price = self._prices[target.provider].get(target.model)
        return reserve_usd(target, price, self._settings.assumed_price)[0]

    def _ask_ledger(self, targets: Iterable[Target]) -> None:
        """Ask for what the next seconds may cost, one probe in flight at each target included."""
        ahead = least = 0.0
        for target in targets:
            if target.provider in self._probers:
                reserve = self._reserve(target)
                least += reserve
                ahead += reserve * (1 + AHEAD_S / self._interval_s(target))
        want = Want(self._budget.usd, ahead, least)
        if self._ledger is not None and want != self._want:
            self._want = want
            self._ledger.ask(want)

    # ── the schedule ─────────────────────────────────────────────────────────

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _add(self, target: Target) -> None:
        if target.id in self._lanes or target.provider not in self._probers:
            return
        prober = self._probers[target.provider]
        self._lanes[target.id] = Lane(target, prober, self._reserve(target), self._uniform)
        self._schedule.add(target.id, self._interval_s(target), self._now())

    def _interval_s(self, target: Target) -> float:
        return scaled_s(target.interval_s, self._factor)

    def _remove(self, name: str) -> None:
        lane = self._lanes.pop(name, None)
        if lane is not None:
            self._schedule.remove(name)
            self._pacers[lane.target.provider].remove(name)
            self._spawn(lane.prober.forget(name))

    def _pause(self, name: str | None, *, paused: bool) -> None:
        if name is None:
            self._paused = paused
        elif name in self._lanes:
            self._lanes[name].paused = paused

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._now()
        free = [pacer.free_at(now) for pacer in self._pacers.values() if pacer.waiting]
        due_at = self._schedule.next_due()
        moments = free if due_at is None else [due_at, *free]
        if moments:
            self._timer = asyncio.get_running_loop().call_at(min(moments), self._fire)

    def _fire(self) -> None:
        now = self._now()
        for name, due_at, missed in self._schedule.due(now):
            lane = self._lanes.get(name)
            if lane is not None and not lane.paused and not self._paused:
                self._due(lane, due_at, missed)
        self._start_waiting(now)
        self._arm()

    def _due(self, lane: Lane, due_at: float, missed: int) -> None:
        """Queue a lane, or count why its probe cannot be."""
        if missed or lane.running_since is not None:
            lane.skipped += missed + (lane.running_since is not None)
            self._soon()
        if lane.running_since is not None or lane.held_until > self._clock():
            return
        if not self._pacers[lane.target.provider].add(lane.target.id, due_at):
            lane.paced += 1
            self._soon()

    def _start_waiting(self, now: float) -> None:
        offset = self._clock() - now
        for pacer in self._pacers.values():
            while (taken := pacer.take(now)) is not None:
                name, due_at = taken
                lane = self._lanes[name]
                busy = lane.paused or self._paused or lane.running_since is not None
                if not busy and self._may(lane, now + offset):
                    pacer.sent(now)
                    self._begin(lane, due_at + offset)

    def _may(self, lane: Lane, now: float) -> bool:
        if lane.held_until > now:
            return False
        allowed = self._budget.allows(lane.reserve, now)
        if not allowed and self._budget.held_back and not lane.over_budget:
            self._emit(Hold(lane.target.id, next_day(now), "budget", asked=False))
            self._tell_budget()
        lane.over_budget = not allowed and self._budget.held_back
        return allowed

    # ── probes ───────────────────────────────────────────────────────────────

    def _begin(self, lane: Lane, due_at: float) -> None:
        lane.running_since = self._clock()
        self._in_flight += 1
        self._budget.reserve(lane.reserve)
        self._spawn(self._probe(lane, due_at))

    async def _probe(self, lane: Lane, due_at: float) -> None:
        try:
            sample = await lane.prober.probe(lane.target, due_at)
        finally:
            lane.running_since = None
            self._in_flight -= 1
        now = self._clock()
        cost = sample.cost_usd
        if sample.failure is not None and cost is None:
            cost = 0.0  # a failed request is not billed
        self._budget.settle(lane.reserve, cost, now)
        if self._ledger is not None and not sample.stale:
            self._ledger.record(_entry(sample, lane.reserve if cost is None else 0.0))
        if lane.target.id not in self._lanes:
            return
        self._emit(Finished(sample))
        wait = lane.backoff.after(sample)
        if wait is not None:
            lane.held_until = now + wait.seconds
            self._emit(Hold(lane.target.id, lane.held_until, wait.reason, wait.asked))
            return
        scarce = scarce_s(sample.rate_limit)
        if scarce is not None:
            lane.held_until = now + scarce
            self._emit(Hold(lane.target.id, lane.held_until, "scarce", asked=False))

    async def _list_models(self, provider: str) -> None:
        found = await self._probers[provider].models()
        if isinstance(found, Failure):
            self._emit(Models(provider, error=f"{found.error_class}: {found.message}"))
            return
        self._emit(Models(provider, found))
        await self._learn_prices(provider, found)

    def _spawn(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ── what the parent is told ──────────────────────────────────────────────

    def _soon(self) -> None:
        """Tell of skips at once, but four times a second at most."""
        if self._pulse_soon is None:
            loop = asyncio.get_running_loop()
            self._pulse_soon = loop.call_later(PULSE_S / 4, self._pulse)

    def _pulse(self) -> None:
        if self._pulse_soon is not None:
            self._pulse_soon.cancel()
            self._pulse_soon = None
        now = self._clock()
        running = {
            name: lane.running_since
            for name, lane in self._lanes.items()
            if lane.running_since is not None and now - lane.running_since > LONG_S
        }
        skipped = {name: lane.skipped for name, lane in self._lanes.items() if lane.skipped}
        paced = {name: lane.paced for name, lane in self._lanes.items() if lane.paced}
        self._ask_ledger(lane.target for lane in self._lanes.values())
        self._read_ledger(now)
        self._refresh_prices(now)
        self._emit(Pulse(now, self._in_flight, running, skipped, self._dropped(), paced))
        self._tell_budget()

    def _read_ledger(self, now: float) -> None:
        if self._ledger is None:
            return
        self._budget.set_allowance(self._ledger.allowance(now))
        for text in self._ledger.complaints():
            self._emit(Notice("warning", text))

    def _refresh_prices(self, now: float) -> None:
        """Look again every hour: some prices depend on it."""
        if now - self._prices_at >= PRICES_S:
            self._prices_at = now
            for name, models in self._listed.items():
                self._spawn(self._learn_prices(name, models))

    def _tell_budget(self) -> None:
        report = self._budget.report(self._clock())
        if report != self._told:
            self._told = report
            self._emit(report)

    async def _close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._pulse_soon is not None:
            self._pulse_soon.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for prober in self._probers.values():
            await prober.aclose()


def _entry(sample: Sample, assumed_usd: float) -> Entry:
    usage = sample.usage
    return Entry(
        sample.target,
        sample.ended_at,
        sample.failure is not None,
        usage.input_tokens if usage else None,
        usage.output_tokens if usage else None,
        sample.cost_usd,
        assumed_usd,
    )
