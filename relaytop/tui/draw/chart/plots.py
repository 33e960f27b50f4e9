"""The contents of the line: two that are equal look alike, and are drawn once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import Scale, linear_scale, log_scale

if TYPE_CHECKING:
    from relaytop.monitor.source import Bin
    from relaytop.tui.draw.time_axis import TimeAxis

NO_SAMPLE = "no samples in this range"
NO_TTFT = "no TTFT in this range: replies are not streamed"


def why_nothing(*, known: bool, ok: bool, failed: bool) -> str | None:
    """Return why there is nothing to draw; None where there is something."""
    if known or failed:
        return None
    return NO_TTFT if ok else NO_SAMPLE


@dataclass(frozen=True, slots=True)
class LinePlot:
    """The median and the worst of each bin, and two levels across all of them."""

    width: int
    height: int
    time: TimeAxis
    bins: tuple[Bin, ...]
    p50_ms: float | None
    p95_ms: float | None
    log: bool = False
    """Whether the scale of latencies is logarithmic."""

    @property
    def scale(self) -> Scale:
        """The scale of latencies."""
        worst = [b.max_ms for b in self.bins if b.max_ms is not None]
        if self.log:
            return log_scale([*worst, *(b.p50_ms for b in self.bins if b.p50_ms is not None)])
        return linear_scale(worst, self.p95_ms)

    @property
    def nothing(self) -> str | None:
        """Why there is nothing to draw; None where there is something."""
        known = any(piece.p50_ms is not None for piece in self.bins)
        return why_nothing(
            known=known,
            ok=any(piece.ok for piece in self.bins),
            failed=any(piece.failed for piece in self.bins),
        )
