"""Who is due and waits for a turn: for `max_rpm`, and for money that may still come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.engine.daily_budget import next_day
from relaytop.engine.engine_budget import LOOK_S
from relaytop.engine.rate_limiter import RateLimiter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from relaytop.config.settings import Provider, Target
    from relaytop.engine.engine_budget import EngineBudget, Reserve
    from relaytop.engine.target_state import TargetState


class DueQueue:
    """The queue of the lanes that are due; nobody in it is passed over.

    Args:
        providers: With their `max_rpm`.
        till: Says what may be spent.
        reserve_for: Returns what to set aside for a probe of a target.
        on_broke: Told of each lane for which the budget has no more today.
    """

    def __init__(
        self,
        providers: Iterable[Provider],
        till: EngineBudget,
        reserve_for: Callable[[Target], Reserve],
        on_broke: Callable[[TargetState], None],
    ) -> None:
        self._till = till
        self._reserve_for = reserve_for
        self._on_broke = on_broke
        self._pacers = {p.name: RateLimiter(p.max_rpm) for p in providers}
        self._lanes: dict[str, TargetState] = {}
        self.short = False
        """Whether a lane waits for what the ledger, or a probe in flight, may still give."""

    def add(self, lane: TargetState, due_at: float) -> bool:
        """Queue a lane; where it still waits from its last due time, count that and return False.

        Args:
            lane: It is due.
            due_at: Since when, in seconds of the loop's clock.
        """
        name = lane.target.id
        if self._pacers[lane.target.provider].add(name, due_at):
            self._lanes[name] = lane
            lane.waits_for_money = False
            return True
        lane.skipped += lane.waits_for_money
        lane.paced += not lane.waits_for_money
        return False

    def remove(self, lane: TargetState) -> None:
        """Take a lane out of the queue."""
        self._pacers[lane.target.provider].remove(lane.target.id)
        self._lanes.pop(lane.target.id, None)

    def moments(self, now: float) -> list[float]:
        """Return when to look at the queue again, in seconds of the loop's clock."""
        free = [pacer.free_at(now) for pacer in self._pacers.values() if pacer.waiting]
        if not self.short:
            return free
        # Who could go now waits for money; of that a reply tells, or the ledger's answer.
        found = [at for at in free if at > now]
        return [*found, now + LOOK_S] if self._till.pending else found

    def take(self, now: float, unix_s: float) -> Iterator[tuple[TargetState, float, Reserve]]:
        """Yield who may go, as (lane, since when it was due, what to set aside), in fair order.

        That is longest waiting first, over all providers. The caller sets the money aside at once.

        Args:
            now: Seconds of the loop's clock.
            unix_s: The same moment in Unix seconds.
        """
        if self.short:
            self._till.refresh()
        self.short = False
        waiting = [each for pacer in self._pacers.values() for each in pacer.waiting]
        for due_at, name in sorted(waiting):
            lane = self._lanes[name]
            pacer = self._pacers[lane.target.provider]
            if pacer.free_at(now) > now:
                continue
            reserve = self._reserve_for(lane.target)
            idle = not lane.paused and lane.held_until <= unix_s
            if idle and self._must_wait(lane, reserve, unix_s):
                lane.waits_for_money = self.short = True
                continue
            self.remove(lane)
            if idle and lane.broke_until <= unix_s:
                pacer.sent(now)
                yield lane, due_at, reserve

    def _must_wait(self, lane: TargetState, reserve: Reserve, unix_s: float) -> bool:
        """Whether a lane waits for money; if not, it may go or is broke."""
        if self.short and reserve.usd > 0:
            return True  # nobody takes what one that waits longer is in want of
        allowed = self._till.allows(reserve, unix_s)
        if not allowed and not self._till.budget.held_back:
            return True
        told = lane.broke_until > unix_s
        lane.broke_until = 0.0 if allowed else next_day(unix_s)
        if not allowed and not told:
            self._on_broke(lane)
        return False
