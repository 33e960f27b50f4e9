"""What is left at a provider, in words: `12.30 USD, 3 d at this pace`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.pricing.credit_pace import DAY_S, lasts_s

if TYPE_CHECKING:
    from relaytop.config.settings import Settings
    from relaytop.protocol.messages import Credit

STALE_S = 1800.0
"""An answer that is older is told with its age: three in a row are missing."""
LONGEST_S = 365 * DAY_S
"""What lasts longer is not told: no pace holds for so long."""
MINUTE_S = 60
HOUR_S = 3600
TWO_HOURS_S = 2 * HOUR_S
TWO_DAYS_S = 48 * HOUR_S
MANY = 10_000
"""From this amount on, fractions are left out."""


def amount_words(amount: float, unit: str) -> str:
    """Return an amount with its unit: `12.30 USD`."""
    # `z`: a debt of less than a hundredth is no `-0.00`.
    return f"{amount:,.0f} {unit}" if abs(amount) >= MANY else f"{amount:z,.2f} {unit}"


def lasts_words(credit: Credit) -> str | None:
    """Return how long it lasts at the pace of late: `3 d`; None where that cannot be told."""
    seconds = lasts_s(credit.remaining, credit.per_day)
    if seconds is None or seconds > LONGEST_S:
        return None
    return span_words(seconds)


def span_words(seconds: float) -> str:
    """Return a span in one whole unit, rounded down: `20 min`, `5 h`, `3 d`."""
    whole = int(seconds + 0.5)  # what is computed from shares is off by parts of a second
    if whole < TWO_HOURS_S:
        return f"{whole // MINUTE_S} min"
    if whole < TWO_DAYS_S:
        return f"{whole // HOUR_S} h"
    return f"{whole // DAY_S:.0f} d"


def credit_words(credit: Credit, now: float) -> tuple[str, ...]:
    """Return what is left in words, the longest first; empty where nothing is known.

    Args:
        credit: The newest answer.
        now: Unix seconds.
    """
    if credit.remaining is None:
        return ()
    left = amount_words(credit.remaining, credit.unit)
    age = f" ({span_words(now - credit.at)} ago)" if now - credit.at > STALE_S else ""
    lasts = lasts_words(credit)
    if lasts is None:
        return (f"{left}{age}", left)
    short = f"{left} {lasts}"
    return (
        f"{left}, {lasts} at this pace{age}",
        f"{left}, {lasts}{age}",
        f"{left}, {lasts}",
        short,
        left,
    )


def is_low(credit: Credit, threshold: float | None) -> bool:
    """Return whether too little is left: nothing, or less than the threshold."""
    if credit.remaining is None:
        return False
    return credit.remaining <= 0 or (threshold is not None and credit.remaining < threshold)


def has_no_limit(credit: Credit) -> bool:
    """Return whether nothing is left because nothing is limited: a key without a budget."""
    return credit.error is None and credit.remaining is None and credit.limit is None


def credit_thresholds(settings: Settings) -> dict[str, float]:
    """Return provider → what must be left there: the most of its targets, where any has one."""
    watched = {target.provider for target in settings.targets}
    given = [(target.provider, target.thresholds.credit) for target in settings.targets]
    default = settings.defaults.thresholds.credit
    given += [(each.name, default) for each in settings.providers if each.name not in watched]
    found: dict[str, float] = {}
    for name, limit in given:
        if limit is not None:
            found[name] = max(limit, found.get(name, 0.0))
    return found
