"""A few probes per target at once, then how they are."""

from __future__ import annotations

from relaytop.jobs.baseline import Baseline


class Once(Baseline):
    """A short run whose figures are the screen's."""

    kind = "live"

    def unhealthy(self) -> list[str]:
        """Return the targets that are down, or of which no probe succeeded."""
        summaries = [self.monitor.summary(name, 0.0) for name in self.monitor.targets()]
        return [s.target for s in summaries if s.status == "down" or not s.ok]
