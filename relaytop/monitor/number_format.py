"""Figures as text, in one place for the screen, the tables and the reports."""

from __future__ import annotations

import math

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400
THOUSAND, MILLION = 1000, 1_000_000
ROUNDS_TO_10, ROUNDS_TO_100, ROUNDS_TO_100_000 = 9.95, 99.95, 99_999.5
"""From there on a figure has a digit more than its column when it is rounded."""
TWO_DIGITS = 100
LONGEST_COUNT, LONGEST_MILLIONS = 10_000, 100_000_000
"""Counts from which five characters do not hold every digit, and one decimal of the millions."""
MIN_PERCENT = 0.1
MAX_DECIMALS = 9


def format_ms(value: float) -> str:
    """Write milliseconds: whole ones from 10 on, a decimal below; tens of seconds as seconds."""
    if value >= ROUNDS_TO_100_000:
        return f"{value / 1000:.0f}s"
    return f"{value:.0f}" if value >= ROUNDS_TO_10 else f"{value:.1f}"


def format_censored(timeout_ms: float) -> str:
    """Write a percentile that lies above the deadline."""
    seconds = timeout_ms / 1000
    return f">{seconds:.0f}s" if seconds >= 1 else f">{timeout_ms:.0f}"


def format_range(low_ms: float | None, high_ms: float | None, timeout_ms: float) -> str:
    """Write between which times a percentile lies; None: above the deadline."""
    ends = [
        format_censored(timeout_ms) if value is None else f"{format_ms(value)} ms"
        for value in (low_ms, high_ms)
    ]
    return "…".join(ends)


def format_bucket(low_ms: float, high_ms: float | None) -> str:
    """Write the ends of a histogram's bucket, without their unit; None: it has no end."""
    if high_ms is None:
        return format_censored(low_ms)
    return f"{format_ms(low_ms)}–{format_ms(high_ms)}"


def format_percent(share: float) -> str:
    """Write a share of 0 to 1 in per cent, without its sign."""
    value = share * 100
    if value == 0:
        return "0.0"
    return "100" if value >= ROUNDS_TO_100 else f"{max(value, MIN_PERCENT):.1f}"


def format_rate(value: float | None) -> str:
    """Write tokens per second; blank where unknown."""
    if value is None:
        return ""
    return f"{value:.1f}" if value < ROUNDS_TO_100 else format_count(round(value))


def format_age(seconds: float) -> str:
    """Write a span in at most four characters: `3s`, `12m`, `3h`, `2d`."""
    seconds = max(0.0, seconds)
    if seconds < TWO_DIGITS:
        return f"{int(seconds)}s"
    if seconds < TWO_DIGITS * MINUTE_S:
        return f"{int(seconds // MINUTE_S)}m"
    if seconds < 2 * DAY_S:
        return f"{int(seconds // HOUR_S)}h"
    return f"{int(seconds // DAY_S)}d"


def format_span(seconds: float) -> str:
    """Write a span within a sentence: `43 min`, `5 h`, `3 days`."""
    if seconds < TWO_DIGITS * MINUTE_S:
        return f"{max(1, int(seconds // MINUTE_S))} min"
    if seconds < 2 * DAY_S:
        return f"{int(seconds // HOUR_S)} h"
    return f"{int(seconds // DAY_S)} days"


def format_count(value: int) -> str:
    """Write a count in at most five characters: `999`, `9,999`, `98k`, `1.2M`."""
    if value < LONGEST_COUNT:
        return f"{value:,}"
    if value < MILLION:
        return f"{value // THOUSAND}k"
    if value < LONGEST_MILLIONS:
        return f"{value / MILLION:.1f}M"
    return f"{value // MILLION}M"


def format_limit(remaining: int, limit: int | None) -> str:
    """Write a rate limit as left/limit."""
    left = _short(remaining)
    return left if limit is None else f"{left}/{_short(limit)}"


def _short(value: int) -> str:
    return str(value) if value < THOUSAND else format_count(value).replace(",", "")


def format_dollars(value: float, least: int = 2) -> str:
    """Write US dollars without their sign: `least` decimals, more where they would all be 0."""
    if value <= 0:
        return f"{value:.{least}f}"
    needed = 1 - math.floor(math.log10(value))  # two digits that count
    if needed <= least:
        return f"{value:,.{least}f}"
    whole, _, decimals = f"{value:.{min(needed, MAX_DECIMALS)}f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(least, '0')}"


def format_usd(value: float) -> str:
    """Write an amount of US dollars without its sign, four decimals up to a hundred."""
    if value >= THOUSAND:
        return f"{value:,.0f}"
    return f"{value:.4f}" if value < TWO_DIGITS else f"{value:.2f}"
