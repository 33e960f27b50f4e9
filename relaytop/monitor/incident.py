"""An incident: from the first bad probe until so many good ones that it must be over."""

from __future__ import annotations

import math
from dataclasses import dataclass

CHANCE = 0.02
"""It is over when so many good probes in a row were less likely than this while it lasted."""
LEAST_GOOD = 10
"""Good probes in a row that end the shortest: a clean short window."""
LEAST_GOOD_ALONE = 3
"""They end one without any bad probe: one that hung was late, but good."""
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

    @property
    def good_needed(self) -> int:
        """The good probes in a row that end it."""
        if not self.bad:
            return LEAST_GOOD_ALONE
        lasted = self.probes - self.good
        if not 0 < self.bad < lasted:
            return LEAST_GOOD
        needed = math.ceil(math.log(CHANCE) / math.log1p(-self.bad / lasted))
        most = SHIFT_GOOD if self.shifted and not self.failed else MOST_GOOD
        return max(LEAST_GOOD, min(most, needed))

    @property
    def recovered(self) -> bool:
        """Whether so many good probes came that it must be over, whatever the window holds."""
        return self.good >= self.good_needed
