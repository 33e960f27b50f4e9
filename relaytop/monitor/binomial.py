"""The binomial test: are so many of n too many for a rate that they should keep to?"""

from __future__ import annotations

import math
from functools import lru_cache

_NEGLIGIBLE = 1e-12


def upper_tail(n: int, k: int, rate: float) -> float:
    """Return the probability of at least `k` events in `n` trials.

    Args:
        n: Trials.
        k: Events, at least 0.
        rate: The probability of each, 0 to 1.
    """
    if k <= 0:
        return 1.0
    if k > n or rate <= 0.0:
        return 0.0
    if rate >= 1.0:
        return 1.0
    if k < n * rate:  # its own terms would be too small to begin with
        return 1.0 - upper_tail(n, n - k + 1, 1.0 - rate)
    log_term = (
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + k * math.log(rate)
        + (n - k) * math.log1p(-rate)
    )
    term, total, odds = math.exp(log_term), 0.0, rate / (1.0 - rate)
    mode = (n + 1) * rate
    for events in range(k, n + 1):
        total += term
        term *= odds * (n - events) / (events + 1)
        if events > mode and term <= total * _NEGLIGIBLE:
            break
    return min(1.0, total)


@lru_cache(maxsize=4096)
def critical_count(n: int, rate: float, level: float) -> int:
    """Return the smallest count of `n` that is less likely than `level` at `rate`.

    It is n + 1 where no count is.
    """
    low, high = math.floor(n * max(0.0, min(1.0, rate))), n + 1
    while low < high:
        middle = (low + high) // 2
        if upper_tail(n, middle, rate) < level:
            high = middle
        else:
            low = middle + 1
    return low
