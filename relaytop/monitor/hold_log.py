"""The waits of a target that the event log tells: once, until something about them changes."""

from dataclasses import dataclass, field

from relaytop.engine.headroom import is_scarce
from relaytop.monitor.episode import Episode
from relaytop.probe.sample import Sample

MAGNITUDE = 10.0
"""A wait that differs by this factor from the one that was told is told too."""
SHORTEST_S = 1.0
"""Shorter waits differ by nothing that matters."""
AMPLE_SHARE = 0.2
"""Share of a rate limit left from which on it is no longer nearly used; it was at half of that."""


# The annotations are read when it is decoded from a message: it is handed over as it is.
@dataclass(slots=True)
class HoldLog:
    """Which wait and which limit of a target were told last."""

    waiting: Episode = field(default_factory=Episode)
    reason: str = ""
    """The reason of the wait that was told last."""
    wait_s: float = 0.0
    scarce: Episode = field(default_factory=Episode)

    def is_news(self, reason: str, wait_s: float, *, asked: bool) -> bool:
        """Note a wait; return whether it is worth a line.

        Args:
            reason: The error class that caused it.
            wait_s: How long it is.
            asked: Whether the server said so. Our own waits are random and grow: only a longer one
                is news.
        """
        began = self.waiting.observe(present=True) is not None
        told_s, now_s = max(self.wait_s, SHORTEST_S), max(wait_s, SHORTEST_S)
        longer = now_s >= MAGNITUDE * told_s
        shorter = asked and told_s >= MAGNITUDE * now_s
        if not began and reason == self.reason and not longer and not shorter:
            return False
        self.reason, self.wait_s = reason, wait_s
        return True

    def is_scarce_news(self) -> bool:
        """Note that a limit is nearly used up; return whether it is worth a line."""
        return self.scarce.observe(present=True) is not None

    def record(self, sample: Sample) -> None:
        """Note a finished probe: good ones in a row end a wait, ample limits a scarcity."""
        if sample.ok and not sample.from_cache:
            self.waiting.observe(present=False)
        tightest = sample.rate_limit.tightest if sample.rate_limit is not None else None
        if tightest is not None and tightest[1].share_left >= AMPLE_SHARE:
            self.scarce.observe(present=False)
        elif is_scarce(sample.rate_limit):
            self.scarce.absent = 0
