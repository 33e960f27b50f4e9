"""The engine: an open-loop schedule that starts probes, and nothing that waits for a reply."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import time
from typing import TYPE_CHECKING

from relaytop.config.durations import scaled_s
from relaytop.config.steady_clock import STEADY
from relaytop.engine.credit_check import CreditCheck
from relaytop.engine.due_queue import DueQueue
from relaytop.engine.engine_budget import EngineBudget
from relaytop.engine.free_check import FreeCheck
from relaytop.engine.heartbeat import BEAT_S, Heartbeat
from relaytop.engine.list_price_process import list_prices
from relaytop.engine.price_catalogue import PriceCatalogue
from relaytop.engine.schedule import Schedule
from relaytop.engine.status_page_check import StatusPageCheck
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
    Pulse,
    Ready,
    Resume,
    Scale,
    SetBudget,
)
from relaytop.wire.facts import Failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping

    from relaytop.config.settings import Price, Provider, Settings, Target
    from relaytop.engine.engine_budget import Reserve
    from relaytop.engine.heartbeat import Stall
    from relaytop.engine.target_state import ProberLike
    from relaytop.ledger.ledger import Ledger
    from relaytop.protocol.messages import Budget, Command, Report

PULSE_S = 1.0
AHEAD_S = 4.0
"""The allowance requested covers so many seconds; the ledger renews it every second."""
LEDGER_S = 3.0
"""Longest delay of the first probes by a locked ledger."""
TENTHS_BELOW_S = 100.0
"""A shorter suspension is told in tenths of a second."""


class Engine:
    """Probes targets on their cadence and reports what it finds.

    Args:
        settings: Providers, targets and budget.
        emit: Called with each report; must not block.
        make_prober: Makes a provider's prober.
        uniform: Random floats in [0, 1).
        ledger: Records the spending; None: it is kept in memory only.
        clock: Steady Unix seconds.
        wall: Unix seconds by the system's clock: what a day is, to the budget.
        dropped: Returns how many reports were dropped because the parent did not read.
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
        clock: Callable[[], float] = STEADY,
        wall: Callable[[], float] = time.time,
        dropped: Callable[[], int] = lambda: 0,
        look_up: Callable[[str, Iterable[str]], Awaitable[Mapping[str, Price]]] = list_prices,
    ) -> None:
        self._settings = settings
        self._emit = emit
        self._uniform = uniform
        self._clock, self._wall = clock, wall
        self._dropped = dropped
        self._probers = {p.name: make_prober(p) for p in settings.providers}
        self._catalogue = PriceCatalogue(settings.providers, look_up, wall())
        self._states: dict[str, TargetState] = {}
        self._schedule = Schedule()
        self._budget = EngineBudget(settings.budget_usd, settings.assumed_price, ledger, wall())
        self._last_report: Budget | None = None
        self._due_queue = DueQueue(
            settings.providers, self._budget, self._reserve, self._report_over_budget
        )
        self._free_check = FreeCheck()
        self._credit_check = CreditCheck(settings.providers, uniform, ledger)
        self._status_pages = StatusPageCheck(settings, uniform)
        self._factor = 1.0
        self._paused = False
        self._off: set[str] = set()
        """The targets that are paused one by one, known or not: a command may come first."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._early_pulse: asyncio.TimerHandle | None = None
        self._in_flight = 0
        self._heartbeat = Heartbeat(self._report_stall, clock)

    async def run(self, stop: asyncio.Event) -> None:
        """Probe until `stop` is set, then close what is open."""
        self._emit(Ready(os.getpid()))
        self._spawn(self._heartbeat.run())
        try:
            await self._report_alive_during(self._load_prices_and_budget())
            self.handle(Add(self._settings.targets))
            while not stop.is_set():
                self._send_pulse()
                try:
                    async with asyncio.timeout(PULSE_S):
                        await stop.wait()
                except TimeoutError:
                    continue
        finally:
            await self._close()

    def handle(self, command: Command) -> None:
        """Apply a command."""
        match command:
            case Add(targets):
                for target in targets:
                    self._add(target)
            case Pause(name) | Resume(name):
                self._pause(name, paused=isinstance(command, Pause))
            case Scale(factor):
                self._factor = factor
                for name, state in self._states.items():
                    self._schedule.set_interval(name, self._interval_s(state.target), self._now())
            case SetBudget(usd):
                self._budget.daily.set_limit(usd)
                self._budget.request_allowance(*self._expected_usd(self._targets()))
                for state in self._states.values():
                    state.over_budget_until = 0.0
                self._report_budget()
            case ListModels(provider):
                self._spawn(self._list_models(provider))
            case _:
                return  # Start comes first and is handled by `process`
        self._arm_timer()

    async def _report_alive_during(self, work: Coroutine[None, None, None]) -> None:
        """Do what comes before the first probe; a reader hears meanwhile that the engine lives."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        while not task.done():
            self._emit(Pulse(self._clock(), 0))
            await asyncio.wait([task], timeout=PULSE_S)
        self._tasks.discard(task)
        task.result()

    # ── money ────────────────────────────────────────────────────────────────

    async def _load_prices_and_budget(self) -> None:
        """Load prices and today's allowance before anything is sent that costs."""
        models_of: dict[str, list[str]] = {}
        for target in self._settings.targets:
            models_of.setdefault(target.provider, []).append(target.model)
        loading = (self._load_prices(name, models) for name, models in models_of.items())
        await asyncio.gather(*loading)
        answered = self._budget.request_allowance(*self._expected_usd(self._settings.targets))
        if answered is not None:
            await asyncio.get_running_loop().run_in_executor(None, answered.wait, LEDGER_S)
            self._read_ledger()

    async def _load_prices(self, name: str, models: Iterable[str] = ()) -> None:
        found = await self._catalogue.load(name, models) if name in self._probers else None
        if found:
            self._probers[name].set_prices(self._catalogue.prices(name))
            self._emit(Prices(name, found))

    def _reserve(self, target: Target) -> Reserve:
        return self._budget.reserve_for(target, self._catalogue.price(target))

    def _expected_usd(self, targets: Iterable[Target]) -> tuple[float, float]:
        """Return what the next seconds may cost, and one probe of each target alone, in USD.

        The first includes the second, and the probes in flight, which are not settled yet.
        """
        ahead = minimum = 0.0
        for target in targets:
            if target.provider in self._probers:
                reserve = self._reserve(target).usd
                minimum += reserve
                state = self._states.get(target.id)
                in_flight = len(state.running) if state is not None else 0
                ahead += reserve * (1 + in_flight + AHEAD_S / self._interval_s(target))
        return ahead, minimum

    def _targets(self) -> list[Target]:
        return [state.target for state in self._states.values()]

    # ── the schedule ─────────────────────────────────────────────────────────

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _add(self, target: Target) -> None:
        if target.id in self._states or target.provider not in self._probers:
            return
        prober = self._probers[target.provider]
        state = self._states[target.id] = TargetState(target, prober, self._uniform)
        state.paused = target.id in self._off
        self._schedule.add(target.id, self._interval_s(target), self._now())

    def _interval_s(self, target: Target) -> float:
        return scaled_s(target.interval_s, self._factor)

    def _pause(self, name: str | None, *, paused: bool) -> None:
        if name is None:
            self._paused = paused
            for state in self._states.values():
                self._due_queue.remove(state)
            return
        (self._off.add if paused else self._off.discard)(name)
        if name in self._states:
            self._states[name].paused = paused

    def _arm_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._now()
        due_at = self._schedule.next_due()
        moments = self._due_queue.wakeup_times(now) + ([due_at] if due_at is not None else [])
        if moments:
            self._timer = asyncio.get_running_loop().call_at(min(moments), self._start_due_probes)

    def _start_due_probes(self) -> None:
        now = self._now()
        stalled = self._heartbeat.has_stalled_since(self._clock() - BEAT_S)
        for name, due_at, missed in self._schedule.pop_due(now):
            state = self._states.get(name)
            if state is not None and not state.paused and not self._paused:
                # What was due while this process did not run is no stall of the target.
                self._enqueue(state, due_at, 0 if stalled else missed)
        offset = self._clock() - now
        for state, due_at, reserve in self._due_queue.pop_ready(now, now + offset, self._wall()):
            self._start_probe(state, due_at + offset, reserve)
        if self._due_queue.awaits_funds:
            self._budget.request_more(*self._expected_usd(self._targets()))
        self._arm_timer()

    def _enqueue(self, state: TargetState, due_at: float, missed: int) -> None:
        """Queue a due target, or count why it cannot be probed."""
        now = self._clock()
        full = state.is_full(self._interval_s(state.target), now)
        if missed or full:
            state.skipped += missed + full
            self._pulse_early()
        if full or state.held_until > now:
            return
        if not self._due_queue.add(state, due_at):
            self._pulse_early()

    def _report_over_budget(self, state: TargetState) -> None:
        self._emit(Hold(state.target.id, state.over_budget_until, "budget", asked=False))
        self._report_budget()

    # ── probes ───────────────────────────────────────────────────────────────

    def _start_probe(self, state: TargetState, due_at: float, reserve: Reserve) -> None:
        began_at = self._clock()
        state.running.append(began_at)
        self._in_flight += 1
        self._budget.daily.reserve(reserve.usd)
        self._spawn(self._probe(state, due_at, began_at, reserve))

    async def _probe(
        self, state: TargetState, due_at: float, began_at: float, reserve: Reserve
    ) -> None:
        try:
            with self._budget.booked_if_cut(state.target, reserve, self._wall):
                sample = await state.prober.probe(state.target, due_at)
        finally:
            state.running.remove(began_at)
            self._in_flight -= 1
        now = self._clock()
        if self._heartbeat.has_stalled_since(began_at):
            sample = dataclasses.replace(sample, stalled_here=True)
        counted_usd = self._budget.settle(sample, reserve, self._wall())
        if state.target.id in self._states:
            self._emit(Finished(sample, state.long_running_since(now), counted_usd))
            wait = None if sample.stalled_here else state.wait_after(sample)
            if wait is not None:
                # Those that were in flight beside it may know of an earlier moment.
                state.held_until = max(state.held_until, now + wait.seconds)
                self._emit(Hold(state.target.id, state.held_until, wait.reason, wait.asked))
        if self._due_queue.awaits_funds:
            self._start_due_probes()

    async def _check_provider(self, provider: str) -> None:
        notice = self._free_check.record(provider, await self._probers[provider].list_models())
        if notice is not None:
            self._emit(notice)

    async def _check_credit(self, provider: str) -> None:
        prober = self._probers[provider]
        found = await self._credit_check.ask(provider, prober, self._clock(), self._wall())
        if found.error is None:
            self._emit(found)

    async def _check_status_page(self, url: str) -> None:
        report = await self._status_pages.check(url, self._clock)
        if report is not None:
            self._emit(report)

    async def _list_models(self, provider: str) -> None:
        found = await self._probers[provider].list_models()
        if isinstance(found, Failure):
            self._emit(Models(provider, error=f"{found.error_class}: {found.message}"))
            return
        self._emit(Models(provider, found.ids, modes=found.modes))
        await self._load_prices(provider, found.ids)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _report_stall(self, stall: Stall) -> None:
        digits = 1 if stall.seconds < TENTHS_BELOW_S else 0
        text = f"this process was suspended for {stall.seconds:,.{digits}f} s"
        if self._in_flight:
            text += f": {self._in_flight} probes in flight are not counted"
        self._emit(Notice("warning", text))

    # ── reports to the parent ────────────────────────────────────────────────

    def _pulse_early(self) -> None:
        """Report skips soon, but four times a second at most."""
        if self._early_pulse is None:
            loop = asyncio.get_running_loop()
            self._early_pulse = loop.call_later(PULSE_S / 4, self._send_pulse)

    def _send_pulse(self) -> None:
        if self._early_pulse is not None:
            self._early_pulse.cancel()
            self._early_pulse = None
        now = self._clock()
        self._budget.request_allowance(*self._expected_usd(self._targets()))
        self._read_ledger()
        wall_s = self._wall()
        for provider in self._catalogue.providers_due(wall_s):
            self._spawn(self._load_prices(provider))
        self._report_keys(now)
        self._emit(pulse_of(self._states.values(), self._in_flight, now, self._dropped()))
        self._report_budget()
        blocked = [] if self._paused else self._over_budget(wall_s)
        for provider in self._free_check.providers_due({s.target.provider for s in blocked}, now):
            self._spawn(self._check_provider(provider))
        watched = {state.target.provider for state in self._states.values()}
        for provider in self._credit_check.providers_due(watched, now):
            self._spawn(self._check_credit(provider))
        for url in self._status_pages.pages_due(now):
            self._spawn(self._check_status_page(url))
        if self._due_queue.awaits_funds:
            self._start_due_probes()

    def _report_keys(self, now: float) -> None:
        """Tell what became of keys; with a new one, targets are probed at their own cadence.

        A key is asked for between probes too: the next one may be hours away.
        """
        for name, prober in self._probers.items():
            prober.renew_key_if_due()
            for notice in prober.drain_key_notices():
                self._emit(Notice(notice.level, notice.text))
                for state in self._states.values() if notice.renewed else ():
                    if state.target.provider == name and state.held_until > now:
                        state.held_until = now

    def _over_budget(self, now: float) -> list[TargetState]:
        states = self._states.values()
        return [each for each in states if each.over_budget_until > now and not each.paused]

    def _read_ledger(self) -> None:
        self._budget.apply_allowance()
        for text in self._budget.drain_warnings():
            self._emit(Notice("warning", text))

    def _report_budget(self) -> None:
        now = self._wall()
        report = self._budget.daily.report(now, blocked_today=bool(self._over_budget(now)))
        if report != self._last_report:
            self._last_report = report
            self._emit(report)

    async def _close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._early_pulse is not None:
            self._early_pulse.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for prober in self._probers.values():
            await prober.aclose()
