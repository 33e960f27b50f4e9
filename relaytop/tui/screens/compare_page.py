"""One model at several providers: their latencies in one chart, and their figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.reactive import var

from relaytop.config.durations import format_window
from relaytop.config.target_id import split_target
from relaytop.jobs.token_counts import token_remark
from relaytop.tui.draw.chart.axes import canvas_width
from relaytop.tui.draw.chart.overlay import (
    COLUMNS_PER_BIN,
    SHORTEST_BIN_S,
    Series,
    draw_overlay,
    letter_of,
)
from relaytop.tui.draw.compare import (
    columns_that_fit,
    compared,
    comparison,
    input_tokens_each,
    strip,
)
from relaytop.tui.draw.compare_layout import compare_layout, side_by_side
from relaytop.tui.draw.sparkline import per_cell
from relaytop.tui.draw.text_runs import cropped, wrapped
from relaytop.tui.draw.time_axis import shown_span_s, time_axis
from relaytop.tui.keys import COMPARE_BINDINGS
from relaytop.tui.screens.page import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.summary import Summary
    from relaytop.tui.draw.compare_layout import CompareLayout
    from relaytop.tui.draw.pages import Item
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.view import View

REMARK_LINES = 4
LEGEND = " latency, log scale up to its threshold"


class ComparePage(Page):
    """Targets in one chart and side by side, against the first of them.

    Args:
        view: What is shown.
        targets: The target to compare with, then the others.
    """

    BINDINGS: ClassVar = COMPARE_BINDINGS
    place: ClassVar = "comparison"

    shifted: var[int] = var(0, init=False)
    """The others that are left of those in sight."""

    def __init__(self, view: View, targets: list[str]) -> None:
        super().__init__(view)
        self._targets = targets
        self._columns = len(targets)
        """The columns that have room."""

    def heading(self, view: View) -> Line:
        """Return what is compared, over which span, and what of it is in sight."""
        model = split_target(self._targets[0]).model
        count, hidden = len(self._targets), len(self._targets) - self._columns
        text = f"  {compared(self._targets)} over {format_window(view.overview.window)}"
        if hidden > 0:
            arrows = "/".join(view.glyphs.arrows.get(sign, sign) for sign in "←→")
            first, last = (letter_of(self.shifted + at) for at in (1, self._columns - 1))
            others = first if first == last else f"{first}-{last}"
            text += f": A, {others} of A-{letter_of(count - 1)}, {arrows} the others"
        else:
            text += ", chart: P50"
        return [(f" {model}", "bold"), (text, "dim")]

    def items(self, view: View, width: int) -> list[Item]:
        """Return the chart and the figures."""
        remarks = self._remarks(view, width)
        all_columns = self._table(view, self._targets[: columns_that_fit(width)])
        rows = self.rows - len(remarks)
        layout = compare_layout(width, rows, len(self._targets), len(all_columns))
        self._columns = layout.columns
        shown = self._in_columns(layout.columns)
        table = self._table(view, shown)
        chart = self._chart(view, shown, layout) if layout.chart_height else []
        if layout.beside:
            lines = side_by_side(chart, layout.chart_width, table)
        else:
            lines = [*chart, [("", "text")], *table] if chart else table
        return [(number, [line]) for number, line in enumerate([*lines, *remarks])]

    def _in_columns(self, columns: int) -> list[str]:
        """Return the targets that have a column: the first, and some of the others."""
        others = self._targets[1:]
        offset = max(0, min(self.shifted, len(others) - (columns - 1)))
        self.set_reactive(ComparePage.shifted, offset)
        return [self._targets[0], *others[offset : offset + columns - 1]]

    def _table(self, view: View, shown: Sequence[str]) -> list[Line]:
        summaries = [view.source.summary(name, view.now) for name in shown]
        return comparison(summaries, self._targets, view.thresholds, view.glyphs)

    def _remarks(self, view: View, width: int) -> list[Line]:
        summaries = [view.source.summary(name, view.now) for name in self._targets]
        counts = {s.target: each for s in summaries if (each := input_tokens_each(s)) is not None}
        remark = token_remark(counts)
        if remark is None:
            return []
        lines: list[Line] = [[("", "text")]]
        lines += [[(f" {part}", "warn")] for part in wrapped(remark, width - 2, REMARK_LINES)]
        return lines

    def _chart(self, view: View, shown: Sequence[str], layout: CompareLayout) -> list[Line]:
        source, now, width = view.source, view.now, layout.chart_width
        summaries: list[Summary] = [source.summary(name, now) for name in shown]
        columns = canvas_width(width)
        shortest_s = max(SHORTEST_BIN_S, *(s.interval_s for s in summaries))
        known = [at for name in shown if (at := source.oldest_at(name)) is not None]
        oldest = min(known, default=None)
        span_s = shown_span_s(now - oldest if oldest is not None else 0.0, view.longest_s)
        axis = time_axis(now, oldest, span_s, columns // COLUMNS_PER_BIN, shortest_s)
        places = [self._targets.index(name) for name in shown]
        bins = [source.bins(name, *axis) for name in shown]
        series = [Series(*each) for each in zip(places, bins, strict=True)]
        lines = draw_overlay(series, axis, width, layout.chart_height, view.glyphs)
        if not layout.strips:
            return lines
        lines.append(cropped([(LEGEND, "dim")], width))
        for s, each in zip(summaries, series, strict=True):
            cells = per_cell(each.bins, axis, now, columns)
            limit_ms = view.thresholds[s.target].p95_ms
            lines.append(strip(s, each.index, cells, limit_ms, view.glyphs))
        return lines

    # ── keys ─────────────────────────────────────────────────────────────────

    def watch_shifted(self) -> None:
        """Show other columns."""
        self.watch_view()

    def action_shift(self, step: int) -> None:
        """Show the next of the others, or the one before."""
        self.shifted = max(0, min(self.shifted + step, len(self._targets) - self._columns))
