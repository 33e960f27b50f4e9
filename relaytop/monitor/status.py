"""A target's status, with hysteresis: it takes three to fall and three to rise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor.handover import StatusHandover

if TYPE_CHECKING:
    from relaytop.monitor.summary import Status

STREAK = 3
"""Finished probes in a row that decide down, and up again."""
ENOUGH = 5
"""Samples in the window that a broken threshold needs."""


class StatusKeeper:
    """Decides the status after each finished probe.

    The first success brings a target from unknown to up; a first failure that waiting does not mend
    brings it down. A target that was down or degraded is
    up after three successes in a row with no threshold broken; with one broken, it is degraded.

    Args:
        now: Unix seconds.
    """

    __slots__ = ("_failures", "_paused", "_status", "_successes", "reason", "since")

    def __init__(self, now: float) -> None:
        self._status: Status = "unknown"
        self._failures = 0
        self._successes = 0
        self._paused = False
        self.reason: str | None = None
        """Of `paused`: `user` or `budget`."""
        self.since = now
        """Unix seconds since when the status holds."""

    @property
    def status(self) -> Status:
        """The status now."""
        return "paused" if self._paused else self._status

    def finished(
        self, *, ok: bool, broken: bool, samples: int, now: float, lasting: bool = False
    ) -> bool:
        """Take a finished probe; whether the status changed.

        Args:
            ok: Whether it succeeded.
            broken: Whether a threshold is broken over the window.
            samples: Finished probes in the window.
            now: Unix seconds.
            lasting: Whether it failed for a reason that only a person can mend. The next probe is a
                minute away then, and a target that never worked should not look unknown so long.
        """
        self._failures = 0 if ok else self._failures + 1
        if lasting and self._status == "unknown":
            self._failures = STREAK
        self._successes = self._successes + 1 if ok else 0
        return self._become(self._decide(broken=broken and samples >= ENOUGH), now)

    def expired(self, *, broken: bool, samples: int, now: float) -> bool:
        """Look again after samples have left the window; whether the status changed."""
        if self._status in {"unknown", "down"}:
            return False
        return self._become(self._decide(broken=broken and samples >= ENOUGH), now)

    def pause(self, now: float, reason: str) -> bool:
        """Pause; whether the status changed."""
        changed = not self._paused
        self._paused, self.reason = True, reason
        if changed:
            self.since = now
        return changed

    def resume(self, now: float) -> bool:
        """Go on: nothing is known of the time in between; whether the status changed."""
        if not self._paused:
            return False
        self._paused, self.reason = False, None
        self._status, self.since = "unknown", now
        self._failures = self._successes = 0
        return True

    def past(self) -> StatusHandover:
        """Return the status and how it came to be."""
        return StatusHandover(
            self._status, self.since, self._paused, self.reason, self._failures, self._successes
        )

    def restore(self, past: StatusHandover) -> None:
        """Go on from what another keeper knew."""
        self._status, self.since = past.status, past.since
        self._paused, self.reason = past.paused, past.reason
        self._failures, self._successes = past.failures, past.successes

    def _decide(self, *, broken: bool) -> Status:
        if self._failures >= STREAK:
            return "down"
        if self._status == "down" and self._successes < STREAK:
            return "down"
        if broken:
            return "degraded"
        if self._status == "degraded" and self._successes < STREAK:
            return "degraded"
        if self._status == "unknown" and not self._successes:
            return "unknown"
        return "up"

    def _become(self, status: Status, now: float) -> bool:
        if status == self._status:
            return False
        self._status = status
        if not self._paused:
            self.since = now
        return not self._paused
