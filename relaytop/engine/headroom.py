"""The headroom of a rate limit that probes leave to production: when little is left, wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.wire.facts import RateLimit

SCARCE_SHARE = 0.10
"""Share of a limit left from which on it is scarce."""
DEFAULT_WAIT_S = 30.0
"""Wait where the server does not say when the limit resets."""
BOUNDS_S = (1.0, 120.0)


def is_scarce(state: RateLimit | None) -> bool:
    """Return whether at most a tenth of the tightest limit is left."""
    tightest = state.tightest if state is not None else None
    return tightest is not None and tightest[1].share_left <= SCARCE_SHARE


def scarce_s(state: RateLimit | None) -> float | None:
    """Return how many seconds to wait for a limit's reset; None while enough of it is left.

    Two minutes at the most: then one probe finds out how much is left.
    """
    if state is None or not is_scarce(state):
        return None
    tight = [limit for _kind, limit in state.known if limit.share_left <= SCARCE_SHARE]
    wait = max(DEFAULT_WAIT_S if limit.reset_s is None else limit.reset_s for limit in tight)
    return min(BOUNDS_S[1], max(BOUNDS_S[0], wait))
