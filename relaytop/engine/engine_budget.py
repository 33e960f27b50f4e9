"""The money of an engine or a job: today's budget, and the ledger that divides it."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from relaytop.engine.daily_budget import DailyBudget
from relaytop.ledger.ledger import AllowanceRequest, Entry
from relaytop.pricing.cost import PER_MILLION
from relaytop.pricing.estimate import least_usd, reserve_usd

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from relaytop.config.settings import Price, Target
    from relaytop.ledger.ledger import Ledger
    from relaytop.probe.sample import Sample
    from relaytop.wire.facts import Usage

POLL_S = 0.01
"""Seconds between two checks whether the ledger has answered, while a probe waits for it."""
RECENT_COST_DECAY = 0.9
"""The factor by which the recent cost falls with each reply that costs less."""


class Reserve(NamedTuple):
    """The bound on one probe's cost."""

    usd: float
    known: bool
    """False where the price was assumed."""
    least_usd: float = 0.0
    """The least that an answer costs, whatever its server says; all of it where the price is not
    known."""


class EngineBudget:
    """Decides whether a probe may be paid for and settles its cost; never touches a file itself.

    Args:
        budget_usd: Of a UTC day; 0 sends nothing that costs.
        assumed_price: USD per million tokens, where a model's price is unknown.
        ledger: Records today's spending; None: it is kept in memory only.
        now: Unix seconds.
    """

    def __init__(
        self, budget_usd: float, assumed_price: float, ledger: Ledger | None, now: float
    ) -> None:
        self.daily = DailyBudget(budget_usd, now)
        self._assumed_price = assumed_price
        self._ledger = ledger
        self._recent_usd: dict[str, float] = {}
        """Target → decaying maximum of what its replies cost, USD."""
        self._least_tokens: dict[str, int] = {}
        """Target → the lowest `max_tokens` that its server was seen to accept."""
        self._answered: threading.Event | None = None
        self._last_request: AllowanceRequest | None = None
        self._spent_at_request = 0.0

    # ── one probe ────────────────────────────────────────────────────────────

    def reserve_for(self, target: Target, price: Price | None) -> Reserve:
        """Return what to reserve: the estimate's bound, or more where replies cost more lately."""
        least_tokens = self._least_tokens.get(target.id, 0)
        asked = dataclasses.replace(target, max_tokens=max(target.max_tokens, least_tokens))
        usd, known = reserve_usd(asked, price, self._assumed_price)
        usd = max(usd, self._recent_usd.get(target.id, 0.0), self._recent_of_others(target.id))
        return Reserve(usd, known, usd if price is None else least_usd(target, price))

    def _recent_of_others(self, target: str) -> float:
        """Return what a reply cost lately on average, in USD, over all processes."""
        allowance = self._ledger.allowance if self._ledger is not None else None
        return allowance.recent_usd.get(target, 0.0) if allowance is not None else 0.0

    def allows(self, reserve: Reserve, now: float) -> bool:
        """Return whether a probe may be sent now; if not, see `daily.blocked_today`."""
        return self.daily.allows(reserve.usd, now, known=reserve.known)

    def settle(self, sample: Sample, reserve: Reserve, now: float) -> float:
        """Settle a finished probe's reservation, record its cost; return what the budget counts.

        That is its cost, but for an answer no less than what its price makes of it: the server's
        word lowers what is shown, not what is counted.
        """
        usage = sample.usage
        cost = sample.billed_usd
        if sample.least_tokens is not None:
            self._least_tokens[sample.target] = sample.least_tokens
        if cost is None and reserve.known and reserve.usd <= 0:
            cost = 0.0
        estimated = cost
        if estimated is None and usage is not None:
            tokens = (usage.input_tokens or 0) + (usage.output_tokens or 0)
            estimated = tokens * self._assumed_price / PER_MILLION
        charged = max(reserve.usd, estimated or 0.0) if cost is None else cost
        if sample.failure is None and not sample.stale:
            charged = max(charged, reserve.least_usd)
        self.daily.settle(reserve.usd, charged, now, known=cost is not None)
        if estimated:
            before = self._recent_usd.get(sample.target, 0.0)
            self._recent_usd[sample.target] = max(estimated, before * RECENT_COST_DECAY)
        if not sample.stale:
            self._record(
                sample.target,
                now,
                failed=sample.failure is not None,
                usage=usage,
                cost_usd=cost,
                assumed_usd=charged - (cost or 0.0),
            )
        return charged

    def _record(
        self,
        target: str,
        now: float,
        *,
        failed: bool = False,
        usage: Usage | None = None,
        cost_usd: float | None = None,
        assumed_usd: float,
    ) -> None:
        if self._ledger is None:
            return
        entry = Entry(
            target,
            # Not when it ended: budget and ledger must count it to the same day.
            max(now, self.daily.began_at),
            failed,
            usage.input_tokens if usage else None,
            usage.output_tokens if usage else None,
            cost_usd,
            assumed_usd,
        )
        self._ledger.record(entry)

    @contextlib.contextmanager
    def booked_if_cut(
        self, target: Target, reserve: Reserve, now: Callable[[], float]
    ) -> Iterator[None]:
        """Book the whole reserve of a probe that ends inside without a sample: it may be billed.

        Args:
            target: Its target.
            reserve: What was reserved for it.
            now: Unix seconds.
        """
        try:
            yield
        except BaseException:  # cancelled, or a fault of ours
            if reserve.usd > 0:
                at = now()
                self.daily.settle(reserve.usd, reserve.usd, at, known=False)
                self._record(target.id, at, assumed_usd=reserve.usd)
            raise

    # ── the ledger ───────────────────────────────────────────────────────────

    def request_allowance(self, ahead_usd: float, minimum_usd: float) -> threading.Event | None:
        """Request an allowance for the next seconds; the ledger renews it every second.

        Args:
            ahead_usd: What the next seconds may cost.
            minimum_usd: What is needed to probe at all; `ahead_usd` includes it.

        Returns:
            An event that is set once there is an answer; None where there is no ledger, or the
            same was requested last.
        """
        request = AllowanceRequest(self.daily.limit_usd, ahead_usd, minimum_usd)
        return self._send(request) if request != self._last_request else None

    def request_more(self, ahead_usd: float, minimum_usd: float) -> None:
        """Request an allowance now, not at the ledger's next renewal.

        Does nothing while an answer is pending, and where neither the request nor what was spent
        has changed since the last one.
        """
        request = AllowanceRequest(self.daily.limit_usd, ahead_usd, minimum_usd)
        changed = request != self._last_request or self.daily.own_usd != self._spent_at_request
        if changed and not self.pending:
            self._send(request)

    def _send(self, request: AllowanceRequest) -> threading.Event | None:
        if self._ledger is None:
            return None
        self._last_request, self._spent_at_request = request, self.daily.own_usd
        self._answered = self._ledger.request_allowance(request)
        return self._answered

    @property
    def pending(self) -> bool:
        """Whether the ledger has not answered the last request yet."""
        return self._answered is not None and not self._answered.is_set()

    def apply_allowance(self) -> None:
        """Apply the ledger's newest allowance to the daily budget."""
        if self._ledger is None:
            return
        pending = self.pending
        allowance = self._ledger.allowance
        if allowance is not None and pending:
            # `exhausted` answers the request before; the pending one may be granted.
            allowance = allowance._replace(exhausted=False)
        self.daily.set_allowance(allowance)

    def drain_warnings(self) -> list[str]:
        """Return what the ledger warns of, once each."""
        return self._ledger.drain_warnings() if self._ledger is not None else []
