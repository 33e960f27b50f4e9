"""Draws the zoom's distributions; loaded when the first of them is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.bands import draw_bands
from relaytop.tui.draw.chart.distribution_plots import BandsPlot, HeatMapPlot, HistogramPlot
from relaytop.tui.draw.chart.heat_map import draw_heat_map
from relaytop.tui.draw.chart.histogram import draw_histogram

if TYPE_CHECKING:
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line


def draw_distribution(plot: BandsPlot | HeatMapPlot | HistogramPlot, glyphs: Glyphs) -> list[Line]:
    """Return the plot's lines: as many as its height, none wider than its width."""
    match plot:
        case BandsPlot():
            return draw_bands(plot, glyphs)
        case HeatMapPlot():
            return draw_heat_map(plot, glyphs)
        case HistogramPlot():
            return draw_histogram(plot, glyphs)
