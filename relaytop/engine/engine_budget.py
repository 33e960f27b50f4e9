"""The money of an engine or a job: today's budget, and the ledger that divides it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from relaytop.engine.daily_budget import DailyBudget
from relaytop.ledger.ledger import Entry, Want
from relaytop.pricing.cost import PER_MILLION
from relaytop.pricing.estimate import reserve_usd

if TYPE_CHECKING:
    import threading

    from relaytop.config.settings import Price, Target
    from relaytop.ledger.ledger import Ledger
    from relaytop.probe.sample import Sample

LOOK_S = 0.01
"""How often to look whether the ledger has answered, while a probe waits for that."""
FADE = 0.9
"""How much of a dear reply is still reckoned with after each cheaper one."""


class Reserve(NamedTuple):
    """What one probe may cost."""

    usd: float
    known: bool
    """False where the price was assumed."""


class EngineBudget:
    """Says whether a probe may be paid for, and books what it cost; never touches a file itself.

    Args:
        budget_usd: Of a UTC day; 0 sends nothing that costs.
        assumed_price: USD per million tokens, where a model's price is unknown.
        ledger: Where today's spending is kept; None keeps it in memory.
        now: Unix seconds.
    """

    def __init__(
        self, budget_usd: float, assumed_price: float, ledger: Ledger | None, now: float
    ) -> None:
        self.budget = DailyBudget(budget_usd, now)
        self._assumed_price = assumed_price
        self._ledger = ledger
        self._lately: dict[str, float] = {}
        """Target → USD that its replies cost lately, the dearest counting most."""
        self._least_tokens: dict[str, int] = {}
        """Target → the bound on a reply that its server was found to insist on."""
        self._want: Want | None = None
        self._answered: threading.Event | None = None
        self._told: tuple[Want, float] | None = None
        """What the ledger was asked last, and what was spent then."""

    # ── one probe ────────────────────────────────────────────────────────────

    def reserve_for(self, target: Target, price: Price | None) -> Reserve:
        """Return what to set aside: the estimate's bound, or more where its replies cost more."""
        least_tokens = self._least_tokens.get(target.id, 0)
        asked = dataclasses.replace(target, max_tokens=max(target.max_tokens, least_tokens))
        usd, known = reserve_usd(asked, price, self._assumed_price)
        return Reserve(max(usd, self._lately.get(target.id, 0.0)), known)

    def allows(self, reserve: Reserve, now: float) -> bool:
        """Whether a probe may be sent now; if not, `budget.held_back` tells whether it may soon."""
        return self.budget.allows(reserve.usd, now, known=reserve.known)

    def book(self, sample: Sample, reserve: Reserve, now: float) -> None:
        """Book what came of a probe for which money was set aside."""
        usage = sample.usage
        cost = sample.billed_usd
        if sample.least_tokens is not None:
            self._least_tokens[sample.target] = sample.least_tokens
        if cost is None and reserve.known and reserve.usd <= 0:
            cost = 0.0
        told = cost
        if told is None and usage is not None:
            tokens = (usage.input_tokens or 0) + (usage.output_tokens or 0)
            told = tokens * self._assumed_price / PER_MILLION
        taken = max(reserve.usd, told or 0.0) if cost is None else cost
        self.budget.settle(reserve.usd, taken, now, known=cost is not None)
        if told:
            before = self._lately.get(sample.target, 0.0)
            self._lately[sample.target] = max(told, before * FADE)
        if self._ledger is None or sample.stale:
            return
        self._ledger.record(
            Entry(
                sample.target,
                now,  # not when it ended: both sides must count it to the same day
                sample.failure is not None,
                usage.input_tokens if usage else None,
                usage.output_tokens if usage else None,
                cost,
                taken if cost is None else 0.0,
            )
        )

    # ── the ledger ───────────────────────────────────────────────────────────

    def ask(self, ahead_usd: float, least_usd: float) -> threading.Event | None:
        """Say what the next seconds may cost; the answer is kept up to date.

        Args:
            ahead_usd: What would be welcome.
            least_usd: What is needed to do anything at all.

        Returns:
            Set once there is an answer; None where there is no ledger, or nothing new to ask.
        """
        want = Want(self.budget.usd, ahead_usd, least_usd)
        return self._put(want) if want != self._want else None

    def hurry(self, ahead_usd: float, least_usd: float) -> None:
        """Ask at once, as `ask`, unless it was told all this already or is about to answer."""
        want = Want(self.budget.usd, ahead_usd, least_usd)
        if not self.pending and (want, self.budget.own) != self._told:
            self._put(want)

    def _put(self, want: Want) -> threading.Event | None:
        if self._ledger is None:
            return None
        self._want, self._told = want, (want, self.budget.own)
        self._answered = self._ledger.ask(want)
        return self._answered

    @property
    def pending(self) -> bool:
        """Whether the ledger is still to answer."""
        return self._answered is not None and not self._answered.is_set()

    def refresh(self) -> None:
        """Take what the ledger says."""
        if self._ledger is None:
            return
        pending = self.pending
        allowance = self._ledger.allowance
        if allowance is not None and pending:
            # It had no more when it was asked last; of what it is asked now it knows nothing yet.
            allowance = allowance._replace(exhausted=False)
        self.budget.set_allowance(allowance)

    def complaints(self) -> list[str]:
        """Take what the user should know of the ledger's state."""
        return self._ledger.complaints() if self._ledger is not None else []
