"""The queue of due targets, which wait for `max_rpm` and for the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.engine.daily_budget import next_day
from relaytop.engine.engine_budget import POLL_S
from relaytop.engine.rate_limiter import RateLimiter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from relaytop.config.settings import Provider, Target
    from relaytop.engine.engine_budget import EngineBudget, Reserve
    from relaytop.engine.target_state import TargetState


class DueQueue:
    """The queue of due targets, first in first out.

    Args:
        providers: With their `max_rpm`.
        budget: Decides what may be spent.
        reserve_for: Returns what to reserve for a probe of a target.
        on_over_budget: Called with each target that the budget blocks for the rest of the day.
    """

    def __init__(
        self,
        providers: Iterable[Provider],
        budget: EngineBudget,
        reserve_for: Callable[[Target], Reserve],
        on_over_budget: Callable[[TargetState], None],
    ) -> None:
        self._budget = budget
        self._reserve_for = reserve_for
        self._on_over_budget = on_over_budget
        self._rate_limiters = {p.name: RateLimiter(p.max_rpm) for p in providers}
        self._states: dict[str, TargetState] = {}
        self.awaits_funds = False
        """Whether a target waits for the ledger's answer or a probe in flight to free money."""

    def add(self, state: TargetState, due_at: float) -> bool:
        """Queue a due target; if it is queued already, count that and return False.

        Args:
            state: The target's.
            due_at: When it was due, in seconds of the loop's clock.
        """
        name = state.target.id
        if self._rate_limiters[state.target.provider].add(name, due_at):
            self._states[name] = state
            state.awaits_funds = False
            return True
        state.skipped += state.awaits_funds
        state.paced += not state.awaits_funds
        return False

    def remove(self, state: TargetState) -> None:
        """Remove a target from the queue."""
        self._rate_limiters[state.target.provider].remove(state.target.id)
        self._states.pop(state.target.id, None)

    def wakeup_times(self, now: float) -> list[float]:
        """Return when to call `pop_ready` again, in seconds of the loop's clock."""
        free = [
            limiter.next_slot(now) for limiter in self._rate_limiters.values() if limiter.queued
        ]
        if not self.awaits_funds:
            return free
        # A target that could start now waits for money: a reply or the ledger's answer wakes it.
        found = [at for at in free if at > now]
        return [*found, now + POLL_S] if self._budget.pending else found

    def pop_ready(
        self, now: float, steady_s: float, wall_s: float
    ) -> Iterator[tuple[TargetState, float, Reserve]]:
        """Yield the targets to probe now, as (state, when it was due, what to reserve).

        Longest waiting first, over all providers. The caller reserves the money at once.

        Args:
            now: Seconds of the loop's clock.
            steady_s: The same moment by the steady clock.
            wall_s: The same by the system's clock, Unix seconds.
        """
        if self.awaits_funds:
            self._budget.apply_allowance()
        self.awaits_funds = False
        waiting = [each for limiter in self._rate_limiters.values() for each in limiter.queued]
        for due_at, name in sorted(waiting):
            state = self._states[name]
            limiter = self._rate_limiters[state.target.provider]
            if limiter.next_slot(now) > now:
                continue
            reserve = self._reserve_for(state.target)
            idle = not state.paused and state.held_until <= steady_s
            if idle and self._needs_funds(state, reserve, wall_s):
                state.awaits_funds = self.awaits_funds = True
                continue
            self.remove(state)
            if idle and state.over_budget_until <= wall_s:
                limiter.record_request(now)
                yield state, due_at, reserve

    def _needs_funds(self, state: TargetState, reserve: Reserve, wall_s: float) -> bool:
        """Return whether a target must wait for money; if not, it may start or is over budget."""
        if self.awaits_funds and reserve.usd > 0:
            return True  # one that waits longer is served first
        allowed = self._budget.allows(reserve, wall_s)
        if not allowed and not self._budget.daily.blocked_today:
            return True
        reported = state.over_budget_until > wall_s
        state.over_budget_until = 0.0 if allowed else next_day(wall_s)
        if not allowed and not reported:
            self._on_over_budget(state)
        return False
