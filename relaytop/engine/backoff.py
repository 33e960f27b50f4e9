"""The back-off of a target: after a rate limit, and after failures that waiting does not mend."""

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
"""The wait after a failure that only a person can mend."""
WAIT_CLASSES = frozenset({"rate_limited", "overloaded"})
SLOW_CLASSES = frozenset({"auth", "credit", "permission", "not_found"})


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait before the next probe."""

    seconds: float
    reason: str
    asked: bool
    """Whether the server said how long."""


class Backoff:
    """One target's back-off.

    Args:
        uniform: Returns a random float in [0, 1): the jitter.
    """

    __slots__ = ("_failed_at", "_failures", "_uniform")

    def __init__(self, uniform: Callable[[], float]) -> None:
        self._uniform = uniform
        self._failures = 0
        self._failed_at = 0.0

    def wait_after(self, sample: Sample) -> Wait | None:
        """Return how long to wait after a sample; None to keep the cadence."""
        if sample.from_cache:
            return None  # it says nothing of the model
        failure = sample.failure
        if failure is None:
            self._failures = 0
            return None
        reason = failure.error_class
        if reason in SLOW_CLASSES:
            return Wait(SLOW_S, reason, asked=False)
        if reason not in WAIT_CLASSES:
            self._failures = 0
            return None
        if sample.retry_after_s is not None:
            return Wait(min(sample.retry_after_s, LONGEST_WAIT_S), reason, asked=True)
        if sample.sent_at >= self._failed_at:  # if not, it was in flight beside the last one
            self._failures = min(self._failures + 1, 16)
            self._failed_at = sample.ended_at
        ceiling = min(CEILING_S, FIRST_S * 2 ** (self._failures - 1))
        return Wait(ceiling * self._uniform(), reason, asked=False)
