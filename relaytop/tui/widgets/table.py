"""The table of targets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from textual.message import Message

from relaytop.config.durations import format_duration
from relaytop.tui.draw.columns import fitted
from relaytop.tui.draw.sparkline import bin_width_s
from relaytop.tui.draw.table import header, hidden_rows, row
from relaytop.tui.draw.text_runs import dimmed
from relaytop.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.source import Source
    from relaytop.tui.draw.columns import Column
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.palette import Palette
    from relaytop.tui.rows import Rows
    from relaytop.watch.reference import Reference


class TargetTable(Lines):
    """A header and one line per target; scrolls so that the selected one is in sight."""

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, target: str) -> None:
            super().__init__()
            self.target = target

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._first = 0
        self._targets: Sequence[str] = ()
        self.columns: Sequence[Column] = ()
        """The columns that are shown."""

    def read(
        self,
        source: Source,
        targets: Sequence[str],
        order: Rows,
        thresholds: Mapping[str, Thresholds],
        selected: str | None,
        *,
        span_s: float,
        now: float,
        marks: Glyphs,
        palette: Palette,
        reference: Reference | None = None,
        live: bool = True,
    ) -> None:
        """Read the rows in sight from the source and show those that changed.

        `targets` are listed as they come; the header tells by what they were put in order.
        `live`: whether something probes; if not, all that is known is of the past, and dim.
        """
        width, height = self.extent
        if height < 1 or width < 1:
            return
        self._targets = targets
        rows = height - 1
        index = self._targets.index(selected) if selected in self._targets else 0
        self._first = min(max(self._first, index - rows + 1, 0), index)
        self._first = max(0, min(self._first, len(self._targets) - rows))
        longest = max((len(target) for target in source.targets()), default=0)
        columns = self.columns = fitted(width, longest, versus=reference is not None)
        spark = next((c.width for c in columns if c.key == "spark"), 0)
        bin_s = bin_width_s(span_s, spark)
        start = (math.floor(now / bin_s) + 1 - spark) * bin_s
        below = len(self._targets) - self._first - rows
        hidden = hidden_rows(self._first, below, columns[1].width, marks)
        sign = marks.order[order.reverse != (order.column in {None, "target"})]
        mark = (order.column, sign) if order.column or order.reverse else None
        lines: list[Line] = [header(columns, format_duration(span_s), hidden, mark)]
        for target in self._targets[self._first : self._first + rows]:
            bins = source.bins(target, start, bin_s, spark) if spark else ()
            summary = source.summary(target, now)
            line = row(
                summary,
                columns,
                bins,
                thresholds[target],
                now,
                marks,
                selected=target == selected,
                versus=reference.cell(summary) if reference is not None else ("", "dim"),
            )
            lines.append(line if live else dimmed(line))
        chosen = index - self._first + 1 if self._targets else None
        self.show(lines, palette, chosen=chosen)

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked."""
        index = self._first + event.y - 1
        if event.y >= 1 and index < len(self._targets):
            self.post_message(self.Picked(self._targets[index]))
