"""A target's status, with hysteresis: it takes three to fall and three to rise."""

from dataclasses import dataclass

from relaytop.monitor.summary import Status

STREAK = 3
"""Finished probes in a row that decide down, and up again."""
ENOUGH = 5
"""Samples in the window that a broken threshold needs."""


# The annotations are read when it is decoded from a message: it is handed over as it is.
@dataclass(slots=True)
class StatusKeeper:
    """Decides the status after each finished probe.

    The first success brings a target from unknown to up; a first failure that waiting does not mend
    brings it down. A target that was down or degraded is
    up after three successes in a row with no threshold broken; with one broken, it is degraded.
    """

    since: float
    """Unix seconds since when the status holds."""
    of_probes: Status = "unknown"
    """The status by its probes, also while it is paused."""
    paused: bool = False
    reason: str | None = None
    """Of `paused`: `user` or `budget`."""
    failures: int = 0
    """In a row."""
    successes: int = 0
    """In a row."""
    cached: int = 0
    """Answers from a cache since the last finished probe that was measured."""
    masked: bool = False
    """Whether answers from a cache hide how the target is."""

    @property
    def status(self) -> Status:
        """The status now."""
        return "paused" if self.paused else self.of_probes

    def record(
        self, *, ok: bool, broken: bool, samples: int, now: float, lasting: bool = False
    ) -> bool:
        """Count a finished probe; return whether the status changed.

        Args:
            ok: Whether it succeeded.
            broken: Whether a threshold is broken over the window.
            samples: Finished probes in the window.
            now: Unix seconds.
            lasting: Whether it failed for a reason that only a person can mend. The next probe is a
                minute away then, and a target that never worked should not look unknown so long.
        """
        self.failures = 0 if ok else self.failures + 1
        self.cached = 0
        if lasting and self.of_probes == "unknown":
            self.failures = STREAK
        self.successes = self.successes + 1 if ok else 0
        return self._become(self._decide(broken=broken and samples >= ENOUGH), now)

    def record_cached(self, *, broken: bool, samples: int, now: float) -> bool:
        """Count an answer from a cache; return whether the status changed.

        It proves nothing: no streak begins or ends with it. After three in a row a target that was
        up is unknown, and up again after three measured successes with fewer between them.
        """
        self.cached += 1
        if self.cached >= STREAK and self.of_probes != "down":
            self.masked, self.successes = True, 0
        return self.reassess(broken=broken, samples=samples, now=now)

    def reassess(self, *, broken: bool, samples: int, now: float) -> bool:
        """Decide again after samples have left the window; return whether the status changed."""
        if self.of_probes in {"unknown", "down"}:
            return False
        return self._become(self._decide(broken=broken and samples >= ENOUGH), now)

    def pause(self, now: float, reason: str) -> bool:
        """Pause; return whether the status changed."""
        changed = not self.paused
        self.paused, self.reason = True, reason
        if changed:
            self.since = now
        return changed

    def resume(self, now: float) -> bool:
        """Go on: nothing is known of the time in between; return whether the status changed."""
        if not self.paused:
            return False
        self.paused, self.reason = False, None
        self.of_probes, self.since = "unknown", now
        self.failures = self.successes = self.cached = 0
        self.masked = False
        return True

    def _decide(self, *, broken: bool) -> Status:
        if self.failures >= STREAK or self.successes >= STREAK:
            self.masked = False
        if self.failures >= STREAK:
            return "down"
        if self.of_probes == "down" and self.successes < STREAK:
            return "down"
        if broken:
            return "degraded"
        if self.masked:
            return "unknown"
        if self.of_probes == "degraded" and self.successes < STREAK:
            return "degraded"
        if self.of_probes == "unknown" and not self.successes:
            return "unknown"
        return "up"

    def _become(self, status: Status, now: float) -> bool:
        if status == self.of_probes:
            return False
        self.of_probes = status
        if not self.paused:
            self.since = now
        return not self.paused
