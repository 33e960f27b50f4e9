"""Fisher's exact test: do more fail here than elsewhere, beyond chance?"""

from __future__ import annotations

import math


def fisher_p(bad_here: int, well_here: int, bad_there: int, well_there: int) -> float:
    """Return the probability that at least so many of the bad ones are here by chance.

    Args:
        bad_here: Count, as are the others.
        well_here: Those that are well here.
        bad_there: Those that are bad elsewhere.
        well_there: Those that are well elsewhere.
    """
    here, there = bad_here + well_here, bad_there + well_there
    bad = bad_here + bad_there
    most = min(here, bad)
    log_all = _log_choose(here + there, bad)
    return min(
        1.0,
        sum(
            math.exp(_log_choose(here, k) + _log_choose(there, bad - k) - log_all)
            for k in range(bad_here, most + 1)
            if bad - k <= there
        ),
    )


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
