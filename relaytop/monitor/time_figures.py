"""Percentiles over spans of time, of a target's samples one by one."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.monitor.sorted_window import SortedWindow
from relaytop.monitor.summary import Distribution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.points import Figure, Point


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """The probes of one span of time."""

    ok: int = 0
    failed: int = 0
    timeouts: int = 0
    """Of those that failed: beyond the deadline."""
    times: Distribution = field(default_factory=Distribution)
    """Of the successful ones; timeouts rank above all of them."""


def values_ms(points: Sequence[Point], figure: Figure) -> list[float]:
    """Return the latency or TTFT of each successful probe that has one, in milliseconds."""
    found = (p.latency_ms if figure == "latency" else p.ttft_ms for p in points if p.ok)
    return [value for value in found if not math.isnan(value)]


def span_figures(points: Sequence[Point], figure: Figure) -> SpanFigures:
    """Return the figures of these probes together."""
    if not points:
        return SpanFigures()
    ok = sum(point.ok for point in points)
    timeouts = sum(point.timed_out for point in points)
    window = SortedWindow()
    for value in values_ms(points, figure):
        window.add(value)
    return SpanFigures(ok, len(points) - ok, timeouts, window.distribution(timeouts))


def binned(points: Sequence[Point], start: float, bin_s: float, n: int) -> list[list[Point]]:
    """Divide probes into `n` bins of `bin_s` seconds from `start` (Unix seconds) on."""
    bins: list[list[Point]] = [[] for _ in range(n)]
    for point in points:
        index = math.floor((point.at - start) / bin_s)
        if 0 <= index < n:
            bins[index].append(point)
    return bins
