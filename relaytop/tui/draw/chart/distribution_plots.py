"""The contents of the zoom's drawings: two that are equal look alike, and are drawn once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import Scale, linear_scale, log_scale
from relaytop.tui.draw.chart.plots import LinePlot, why_nothing

if TYPE_CHECKING:
    from relaytop.monitor.time_figures import SpanFigures
    from relaytop.tui.draw.time_axis import TimeAxis


@dataclass(frozen=True, slots=True)
class BandsPlot:
    """The percentiles of each bin."""

    width: int
    height: int
    time: TimeAxis
    bins: tuple[SpanFigures, ...]
    p95_ms: float | None
    """Of all of them together."""
    threshold_ms: float
    log: bool = False
    """Whether the scale of latencies is logarithmic."""

    @property
    def scale(self) -> Scale:
        """The scale of latencies."""
        times = [piece.times for piece in self.bins]
        drawn = [[ms for ms in (each.p50, each.p95, each.p99) if ms is not None] for each in times]
        if self.log:
            return log_scale(ms for piece in drawn for ms in piece)
        return linear_scale([max(piece) for piece in drawn if piece], self.p95_ms)

    @property
    def nothing(self) -> str | None:
        """Why there is nothing to draw; None where there is something."""
        return why_nothing(
            known=any(piece.times.n for piece in self.bins),
            ok=any(piece.ok for piece in self.bins),
            failed=any(piece.failed for piece in self.bins),
        )


@dataclass(frozen=True, slots=True)
class HeatMapPlot:
    """The number of probes in each bin at each latency."""

    width: int
    height: int
    time: TimeAxis
    values: tuple[tuple[float, ...], ...]
    """The milliseconds of each probe of each bin."""
    together: SpanFigures
    """The figures of the range."""
    threshold_ms: float

    @property
    def scale(self) -> Scale:
        """The scale of latencies."""
        return log_scale(value for piece in self.values for value in piece)

    @property
    def nothing(self) -> str | None:
        """Why there is nothing to draw; None where there is something."""
        return why_nothing(
            known=any(self.values), ok=self.together.ok > 0, failed=self.together.failed > 0
        )


@dataclass(frozen=True, slots=True)
class HistogramPlot:
    """The number of probes at each latency, and of those that have none."""

    width: int
    height: int
    time: TimeAxis
    values: tuple[float, ...]
    """The milliseconds of each successful probe."""
    together: SpanFigures
    threshold_ms: float
    timeout_ms: float

    @property
    def scale(self) -> Scale:
        """The scale of latencies."""
        return log_scale(self.values)

    @property
    def nothing(self) -> str | None:
        """Why there is nothing to draw; None where there is something."""
        return why_nothing(
            known=bool(self.values), ok=self.together.ok > 0, failed=self.together.failed > 0
        )


Plot = LinePlot | BandsPlot | HeatMapPlot | HistogramPlot
