"""An incident: from the first bad probe until so many good ones that it must be over."""

from __future__ import annotations

import math
from dataclasses import dataclass

CHANCE = 0.02
"""It is over when so many good probes in a row were less likely than this while it lasted."""
LEAST_GOOD = 10
"""Good probes in a row that end the shortest: a clean short window …"""
LEAST_S = 60.0
"""… or as many as are due in a minute, where that is fewer …"""
FEWEST_GOOD = 3
"""… but not fewer than these. They end an incident without any bad probe: what hung was good."""
MOST_GOOD = 60
"""They end any, and so do as many probes without a rule that holds."""
SHIFT_GOOD = 18
"""They end one whose level had moved and has moved back."""
RELAPSE_S = 600.0
"""What begins again so soon is the same incident: it has not been over."""


# The annotations are read when it is decoded from a message: it is handed over as it is.
@dataclass(slots=True)
class Incident:
    """The probes since the first bad one, also those after its end."""

    probes: int = 0
    bad: int = 0
    failed: int = 0
    """Of the bad ones."""
    good: int = 0
    """Probes since the last bad one."""
    quiet: int = 0
    """Probes since a rule held."""
    late_ttft: bool = False
    """Whether a late first token is bad."""
    shifted: bool = False
    """Whether the level of the latency had moved."""
    ended_at: float | None = None
    """Unix seconds of its end; None while it lasts."""

    def record(self, *, bad: bool, failed: bool, holds: bool) -> None:
        """Count a probe; `holds`: whether a rule holds."""
        self.probes += 1
        self.bad += bad
        self.failed += failed
        self.good = 0 if bad else self.good + 1
        self.quiet = 0 if holds else self.quiet + 1

    def good_needed(self, interval_s: float) -> int:
        """Return how many good probes in a row end it.

        Args:
            interval_s: From one probe to the next.
        """
        if not self.bad:
            return FEWEST_GOOD
        least = max(FEWEST_GOOD, min(LEAST_GOOD, math.ceil(LEAST_S / interval_s)))
        lasted = self.probes - self.good
        if self.bad >= lasted:
            return least
        needed = math.ceil(math.log(CHANCE) / math.log1p(-self.bad / lasted))
        most = SHIFT_GOOD if self.shifted and not self.failed else MOST_GOOD
        return max(least, min(most, needed))
