"""The daily budget: a safety limit on what probing may spend, by UTC day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.protocol.messages import Budget

if TYPE_CHECKING:
    from relaytop.ledger.ledger import Allowance

DAY_S = 86_400
WARN_SHARE = 0.8
DUST_USD = 1e-12
"""What rounding may leave over."""


def utc_day(now: float) -> int:
    """Return the number of a UTC day."""
    return int(now // DAY_S)


def next_day(now: float) -> float:
    """Return when the next UTC day begins, Unix seconds."""
    return float((utc_day(now) + 1) * DAY_S)


class DailyBudget:
    """Counts what was spent today and what is reserved for probes in flight.

    Where a ledger divides the day's budget among processes, its allowance is the limit; without
    one the whole budget is.

    Args:
        usd: The budget of a day; 0 sends nothing that costs.
        now: Unix seconds.
    """

    def __init__(self, usd: float, now: float) -> None:
        self._usual = usd
        self.usd = usd
        self._day = utc_day(now)
        self.own = 0.0
        """USD that this process has spent today."""
        self._others = 0.0
        self._ceiling: float | None = None
        self._exhausted = False
        self._reserved = 0.0
        self._complete = True
        self._held_back = False

    def allows(self, reserve: float, now: float, *, known: bool = True) -> bool:
        """Whether a probe may be sent.

        Args:
            reserve: What it may cost, in USD.
            now: Unix seconds.
            known: False where its price is unknown: then no reserve means that it is free.
        """
        self._turn(now)
        if reserve <= 0 and (known or self.usd > 0):
            return True
        whole, limit = self.usd - self._others + DUST_USD, self._limit + DUST_USD
        allowed = self.usd > 0 and self.own + self._reserved + reserve <= limit
        # Only money on its way out holds this one back: it may be let go when that has settled.
        # Or the ledger has more to give and was only not asked yet.
        short = self._ceiling is None or self._exhausted
        self._held_back = not allowed and (
            self.usd <= 0 or self.own + reserve > whole or (short and self.own + reserve > limit)
        )
        return allowed

    @property
    def held_back(self) -> bool:
        """Whether the last probe that was not allowed will not be until the day has turned."""
        return self._held_back

    @property
    def _limit(self) -> float:
        """How far this process's own spending may go."""
        whole = self.usd - self._others
        return whole if self._ceiling is None else min(whole, self._ceiling)

    def reserve(self, usd: float) -> None:
        """Set money aside for a probe in flight."""
        self._reserved += usd

    def settle(self, reserved: float, cost: float, now: float, *, known: bool = True) -> None:
        """Book a finished probe.

        Args:
            reserved: What was set aside for it, in USD.
            cost: What it cost, or what it is taken for where that is unknown.
            now: Unix seconds.
            known: Whether the cost is known.
        """
        self._turn(now)
        self._reserved = max(0.0, self._reserved - reserved)
        self.own += cost
        self._complete = self._complete and known

    @property
    def room(self) -> float:
        """USD that may be set aside at once, without asking the ledger again."""
        return self._limit - self.own - self._reserved

    def set_allowance(self, allowance: Allowance | None) -> None:
        """Take what the ledger says; None while it cannot be read."""
        if allowance is None:
            self._ceiling = None
        elif allowance.day == self._day:
            self._others = allowance.others_usd
            self._complete = self._complete and allowance.complete
            self._ceiling, self._exhausted = allowance.ceiling_usd, allowance.exhausted

    def raise_to(self, usd: float) -> None:
        """Change today's budget; the ledger is to be asked anew."""
        self.usd = usd
        self._held_back, self._exhausted = False, False

    @property
    def spent(self) -> float:
        """USD spent today, over all processes that share the ledger."""
        return self.own + self._others

    def report(self, now: float, *, held_back: bool | None = None) -> Budget:
        """Say how things stand.

        Args:
            now: Unix seconds.
            held_back: Whether any target is; None: whether the last probe that was asked for was.
        """
        self._turn(now)
        spent = self.spent
        if held_back is None:
            held_back = self._held_back
        if self.usd <= 0:
            state = "off"
        elif held_back or spent >= self.usd:
            state = "reached"
        else:
            state = "warn" if spent >= WARN_SHARE * self.usd else "ok"
        return Budget(round(spent, 9), self.usd, state, self._complete)

    def _turn(self, now: float) -> None:
        day = utc_day(now)
        if day != self._day:
            self._day, self.own, self._others = day, 0.0, 0.0
            self._complete, self._held_back, self._exhausted = True, False, False
            # The ledger answers for the new day within a second; until then nothing is granted.
            self._ceiling = None if self._ceiling is None else 0.0
            self.usd = self._usual
