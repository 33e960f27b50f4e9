"""The engine: an open-loop schedule that starts probes, and nothing that waits for a reply."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

from relaytop.config.durations import scaled_s
from relaytop.engine.due_queue import DueQueue
from relaytop.engine.engine_budget import EngineBudget
from relaytop.engine.free_check import FreeCheck
from relaytop.engine.list_price_process import list_prices
from relaytop.engine.price_catalogue import PriceCatalogue
from relaytop.engine.schedule import Schedule
from relaytop.engine.target_state import TargetState, pulse_of
from relaytop.protocol.messages import (
    Add,
    Finished,
    Hold,
    ListModels,
    Models,
    Notice,
    Pause,
    Prices,
    Ready,
    Resume,
    Scale,
    SetBudget,
)
from relaytop.wire.facts import Failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from relaytop.config.settings import Price, Provider, Settings, Target
    from relaytop.engine.engine_budget import Reserve
    from relaytop.engine.target_state import ProberLike
    from relaytop.ledger.ledger import Ledger
    from relaytop.protocol.messages import Budget, Command, Report

PULSE_S = 1.0
AHEAD_S = 4.0
"""The ledger is asked for what so many seconds may cost; it answers every second."""
LEDGER_S = 3.0
"""How long a ledger that is locked holds up the first probes."""


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
        self._clock = clock
        self._dropped = dropped
        self._probers = {p.name: make_prober(p) for p in settings.providers}
        self._catalogue = PriceCatalogue(settings.providers, look_up, clock())
        self._lanes: dict[str, TargetState] = {}
        self._schedule = Schedule()
        self._till = EngineBudget(settings.budget_usd, settings.assumed_price, ledger, clock())
        self._told: Budget | None = None
        self._turns = DueQueue(settings.providers, self._till, self._reserve, self._broke)
        self._lookout = FreeCheck()
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
            case Pause(name) | Resume(name):
                self._pause(name, paused=isinstance(command, Pause))
            case Scale(factor):
                self._factor = factor
                for name, lane in self._lanes.items():
                    self._schedule.set_interval(name, self._interval_s(lane.target), self._now())
            case SetBudget(usd):
                self._till.budget.raise_to(usd)
                self._till.ask(*self._want(self._targets()))
                for lane in self._lanes.values():
                    lane.broke_until = 0.0
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
        answered = self._till.ask(*self._want(self._settings.targets))
        if answered is not None:
            await asyncio.get_running_loop().run_in_executor(None, answered.wait, LEDGER_S)
            self._read_ledger()

    async def _learn_prices(self, name: str, models: Iterable[str] = ()) -> None:
        found = await self._catalogue.learn(name, models) if name in self._probers else None
        if found:
            self._probers[name].set_prices(self._catalogue.prices(name))
            self._emit(Prices(name, found))

    def _reserve(self, target: Target) -> Reserve:
        return self._till.reserve_for(target, self._catalogue.price(target))

    def _want(self, targets: Iterable[Target]) -> tuple[float, float]:
        """Return USD that the next seconds may cost, and those of a probe in flight at each target.

        The first includes the second.
        """
        ahead = least = 0.0
        for target in targets:
            if target.provider in self._probers:
                reserve = self._reserve(target).usd
                least += reserve
                interval_s = self._interval_s(target)
                ahead += reserve * (1 + AHEAD_S / interval_s)
        return ahead, least

    def _targets(self) -> list[Target]:
        return [lane.target for lane in self._lanes.values()]

    # ── the schedule ─────────────────────────────────────────────────────────

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _add(self, target: Target) -> None:
        if target.id in self._lanes or target.provider not in self._probers:
            return
        prober = self._probers[target.provider]
        self._lanes[target.id] = TargetState(target, prober, self._uniform)
        self._schedule.add(target.id, self._interval_s(target), self._now())

    def _interval_s(self, target: Target) -> float:
        return scaled_s(target.interval_s, self._factor)

    def _pause(self, name: str | None, *, paused: bool) -> None:
        if name is None:
            self._paused = paused
            for lane in self._lanes.values():
                self._turns.remove(lane)
        elif name in self._lanes:
            self._lanes[name].paused = paused

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._now()
        due_at = self._schedule.next_due()
        moments = self._turns.moments(now) + ([due_at] if due_at is not None else [])
        if moments:
            self._timer = asyncio.get_running_loop().call_at(min(moments), self._fire)

    def _fire(self) -> None:
        now = self._now()
        for name, due_at, missed in self._schedule.due(now):
            lane = self._lanes.get(name)
            if lane is not None and not lane.paused and not self._paused:
                self._due(lane, due_at, missed)
        offset = self._clock() - now
        for lane, due_at, reserve in self._turns.take(now, now + offset):
            self._begin(lane, due_at + offset, reserve)
        if self._turns.short:
            self._till.hurry(*self._want(self._targets()))
        self._arm()

    def _due(self, lane: TargetState, due_at: float, missed: int) -> None:
        """Queue a lane, or count why its probe cannot be."""
        if missed or lane.running_since is not None:
            lane.skipped += missed + (lane.running_since is not None)
            self._soon()
        if lane.running_since is not None or lane.held_until > self._clock():
            return
        if not self._turns.add(lane, due_at):
            self._soon()

    def _broke(self, lane: TargetState) -> None:
        self._emit(Hold(lane.target.id, lane.broke_until, "budget", asked=False))
        self._tell_budget()

    # ── probes ───────────────────────────────────────────────────────────────

    def _begin(self, lane: TargetState, due_at: float, reserve: Reserve) -> None:
        lane.running_since = self._clock()
        self._in_flight += 1
        self._till.budget.reserve(reserve.usd)
        self._spawn(self._probe(lane, due_at, reserve))

    async def _probe(self, lane: TargetState, due_at: float, reserve: Reserve) -> None:
        try:
            sample = await lane.prober.probe(lane.target, due_at)
        finally:
            lane.running_since = None
            self._in_flight -= 1
        now = self._clock()
        self._till.book(sample, reserve, now)
        if lane.target.id in self._lanes:
            self._emit(Finished(sample))
            if (wait := lane.wait_after(sample)) is not None:
                lane.held_until = now + wait.seconds
                self._emit(Hold(lane.target.id, lane.held_until, wait.reason, wait.asked))
        if self._turns.short:
            self._fire()

    async def _look(self, provider: str) -> None:
        news = self._lookout.heard(provider, await self._probers[provider].models())
        if news is not None:
            self._emit(news)

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
        self._till.ask(*self._want(self._targets()))
        self._read_ledger()
        for provider in self._catalogue.due(now):
            self._spawn(self._learn_prices(provider))
        self._emit(pulse_of(self._lanes.values(), self._in_flight, now, self._dropped()))
        self._tell_budget()
        broke = [] if self._paused else [lane.target.provider for lane in self._broke_lanes(now)]
        for provider in self._lookout.due(broke, now):
            self._spawn(self._look(provider))
        if self._turns.short:
            self._fire()

    def _broke_lanes(self, now: float) -> list[TargetState]:
        return [one for one in self._lanes.values() if one.broke_until > now and not one.paused]

    def _read_ledger(self) -> None:
        self._till.refresh()
        for text in self._till.complaints():
            self._emit(Notice("warning", text))

    def _tell_budget(self) -> None:
        now = self._clock()
        report = self._till.budget.report(now, held_back=bool(self._broke_lanes(now)))
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
