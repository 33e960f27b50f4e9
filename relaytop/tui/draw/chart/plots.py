"""The contents of each drawing: two that are equal look alike, and are drawn once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import Scale, linear_scale, log_scale

if TYPE_CHECKING:
    from relaytop.monitor.source import Bin
    from relaytop.tui.draw.time_axis import TimeAxis


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
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(piece.ok or piece.failed for piece in self.bins)


Plot = LinePlot
