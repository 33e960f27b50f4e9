"""The time since the engine's last report, as far as this process was there to read one."""

from __future__ import annotations

SILENT_S = 3.0
"""An engine reports every second; after so long without one, nothing on the screen is current."""
LONGEST_CHECK_S = 2.0
"""A longer gap between two checks is this process's own: it was stopped, or waited for the CPU."""


def silence_text(silent_s: float) -> str:
    """Return that the engine reports nothing, for those who ask whether all is well."""
    return f"no report from the engine for {silent_s:.0f} s"


class EngineSilence:
    """Measures for how long nothing was reported.

    Args:
        now: Seconds of the watch's clock, as everywhere here.
    """

    def __init__(self, now: float) -> None:
        self._reported_at = self._checked_at = now
        self.silent_s: float | None = None
        """Seconds without a report, as of the last check; None below `SILENT_S`."""

    def record(self, now: float) -> float | None:
        """Note that something was reported; return the seconds of the silence that it ends."""
        ended, self.silent_s = self.silent_s, None
        self._reported_at = self._checked_at = now
        return ended

    def check(self, now: float) -> bool:
        """Measure again, about once a second; return whether a silence was found just now."""
        own_s = now - self._checked_at - LONGEST_CHECK_S
        if own_s > 0:
            self._reported_at += own_s
        self._checked_at = now
        known = self.silent_s is not None
        silent_s = now - self._reported_at
        self.silent_s = silent_s if silent_s > SILENT_S else None
        return self.silent_s is not None and not known
