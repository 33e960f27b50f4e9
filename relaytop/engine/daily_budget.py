"""The daily budget: a safety limit on what probing may spend, by UTC day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.ledger.tables import DAY_S, budget_day
from relaytop.protocol.messages import Budget

if TYPE_CHECKING:
    from relaytop.ledger.ledger import Allowance

WARN_SHARE = 0.8
DUST_USD = 1e-12
"""A tolerance for rounding errors."""


def utc_day(now: float) -> int:
    """Return the number of a UTC day."""
    return int(now // DAY_S)


def next_day(now: float) -> float:
    """Return when the next UTC day begins, Unix seconds."""
    return float((utc_day(now) + 1) * DAY_S)


class DailyBudget:
    """Counts what was spent today and what is reserved for probes in flight.

    Where a ledger divides the day's budget among processes, its allowance is the limit; without
    one the budget is.

    Args:
        usd: The budget of a day; 0 sends nothing that costs.
        now: Unix seconds.
    """

    def __init__(self, usd: float, now: float) -> None:
        self._usual_usd = usd
        self.limit_usd = usd
        self._day = utc_day(now)
        self._spent_usd: dict[int, float] = {}
        """UTC day → USD that this process had spent on it when another day began."""
        self.own_usd = 0.0
        """USD that this process has spent today."""
        self._others_usd = 0.0
        self._ceiling_usd: float | None = None
        self._exhausted = False
        self._reserved_usd = 0.0
        self._complete = True
        self._blocked_today = False

    def allows(self, reserve: float, now: float, *, known: bool = True) -> bool:
        """Return whether a probe may be sent.

        Args:
            reserve: The bound on its cost, in USD.
            now: Unix seconds.
            known: False where its price is unknown: then no reserve means that it is free.
        """
        self._roll_over(now)
        if reserve <= 0 and (known or self.limit_usd > 0):
            return True
        most = self.limit_usd - self._others_usd + DUST_USD
        limit = self._own_limit_usd + DUST_USD
        allowed = self.limit_usd > 0 and self.own_usd + self._reserved_usd + reserve <= limit
        # A probe that only reservations block may be sent once they have settled, and one that
        # only the allowance blocks once the ledger has raised it.
        needed, final = self.own_usd + reserve, self._ceiling_usd is None or self._exhausted
        self._blocked_today = not allowed and (
            self.limit_usd <= 0 or needed > most or (final and needed > limit)
        )
        return allowed

    @property
    def blocked_today(self) -> bool:
        """Whether the last probe that was not allowed will not be before the next UTC day."""
        return self._blocked_today

    @property
    def _own_limit_usd(self) -> float:
        """The limit on what this process itself may spend today."""
        most = self.limit_usd - self._others_usd
        return most if self._ceiling_usd is None else min(most, self._ceiling_usd)

    def reserve(self, usd: float) -> None:
        """Reserve money for a probe in flight."""
        self._reserved_usd += usd

    def settle(self, reserved: float, cost: float, now: float, *, known: bool = True) -> None:
        """Replace a finished probe's reservation by its cost.

        Args:
            reserved: What was reserved for it, in USD.
            cost: Its cost in USD, or the amount assumed where that is unknown.
            now: Unix seconds.
            known: Whether the cost is known.
        """
        self._roll_over(now)
        self._reserved_usd = max(0.0, self._reserved_usd - reserved)
        self.own_usd += cost
        self._complete = self._complete and known

    @property
    def available_usd(self) -> float:
        """USD that may be reserved without a new allowance from the ledger."""
        return self._own_limit_usd - self.own_usd - self._reserved_usd

    def set_allowance(self, allowance: Allowance | None) -> None:
        """Set the ledger's allowance; None while the ledger cannot be read."""
        if allowance is None:
            self._ceiling_usd = None
        elif allowance.day == self._day:
            self._others_usd = allowance.others_usd
            self._complete = self._complete and allowance.complete
            self._ceiling_usd, self._exhausted = allowance.ceiling_usd, allowance.exhausted

    def set_limit(self, usd: float) -> None:
        """Change today's budget; the allowance must be requested anew."""
        self.limit_usd = usd
        self._blocked_today, self._exhausted = False, False

    @property
    def spent_usd(self) -> float:
        """USD spent today, over all processes that share the ledger."""
        return self.own_usd + self._others_usd

    def report(self, now: float, *, blocked_today: bool | None = None) -> Budget:
        """Return today's spending and the budget's state.

        Args:
            now: Unix seconds.
            blocked_today: Whether any target is; None: whether the last probe asked about was.
        """
        self._roll_over(now)
        spent = self.spent_usd
        if blocked_today is None:
            blocked_today = self._blocked_today
        if self.limit_usd <= 0:
            state = "off"
        elif blocked_today or spent >= self.limit_usd:
            state = "reached"
        else:
            state = "warn" if spent >= WARN_SHARE * self.limit_usd else "ok"
        return Budget(round(spent, 9), self.limit_usd, state, self._complete)

    @property
    def began_at(self) -> float:
        """The moment when the day began that spending counts to, Unix seconds."""
        return float(self._day * DAY_S)

    def _roll_over(self, now: float) -> None:
        day = budget_day(now, self._day)
        if day != self._day:
            # A clock that is set forth and back must not give a day's budget twice.
            self._spent_usd[self._day] = self.own_usd
            self._day, self.own_usd, self._others_usd = day, self._spent_usd.get(day, 0.0), 0.0
            self._complete, self._blocked_today, self._exhausted = True, False, False
            # The ledger answers for the new day within a second; until then nothing is granted.
            self._ceiling_usd = None if self._ceiling_usd is None else 0.0
            self.limit_usd = self._usual_usd
