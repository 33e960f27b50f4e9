"""When a target holds off: after being told to wait, and after what waiting does not mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.probe.sample import Sample

LONGEST_WAIT_S = 120.0
FIRST_S = 1.0
CEILING_S = 60.0
SLOW_S = 60.0
"""One probe a minute after what only a person can mend."""
WAITING = frozenset({"rate_limited", "overloaded"})
SLOWING = frozenset({"auth", "credit", "permission", "not_found"})


@dataclass(frozen=True, slots=True)
class Wait:
    """A decision to hold off."""

    seconds: float
    reason: str
    asked: bool
    """Whether the server told how long."""


class Backoff:
    """One target's back-off.

    Args:
        uniform: Returns a random float in [0, 1): the jitter.
    """

    __slots__ = ("_failures", "_uniform")

    def __init__(self, uniform: Callable[[], float]) -> None:
        self._uniform = uniform
        self._failures = 0

    def after(self, sample: Sample) -> Wait | None:
        """Return how long to hold off after a sample; None to go on with the cadence."""
        failure = sample.failure
        if failure is None:
            self._failures = 0
            return None
        reason = failure.error_class
        if reason in SLOWING:
            return Wait(SLOW_S, reason, asked=False)
        if reason not in WAITING:
            self._failures = 0
            return None
        if sample.retry_after_s is not None:
            return Wait(min(sample.retry_after_s, LONGEST_WAIT_S), reason, asked=True)
        ceiling = min(CEILING_S, FIRST_S * 2**self._failures)
        self._failures = min(self._failures + 1, 16)
        return Wait(ceiling * self._uniform(), reason, asked=False)
