"""The axes of a chart: the scale of latencies, its labels, and the times of day."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.steady_clock import STEADY
from relaytop.tui.draw.clock import local_time
from relaytop.tui.draw.sparkline import nice_ceiling

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relaytop.tui.draw.text_runs import Line

LABEL_WIDTH = 6
FIVE_LABELS_FROM_HEIGHT = 10
SECOND_MS = 1000
WHOLE_FROM_MS = 10
COARSE = (1.0, 2.0, 5.0)
FINE = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Round numbers, times a power of ten; labels of a logarithmic axis are fine up to `WIDE`."""
WIDE = 12.0
"""From this ratio of its ends on it has coarse labels."""
HALVES = tuple(number / 2 for number in range(2, 20))
NARROW = 2.5
"""Up to this ratio of its ends it has a label at each half."""
ROWS_PER_LABEL = 2
DAY_S = 86_400
TICK_STEPS_S = (
    *(5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200),
    *(DAY_S, 2 * DAY_S, 7 * DAY_S),
)
COLUMNS_PER_TICK = 16


def canvas_width(width: int) -> int:
    """Return how many columns a chart of `width` cells has beside its labels."""
    return max(1, width - LABEL_WIDTH)


def axis_label(value_ms: float) -> str:
    """Write a tick of the latency axis in at most five characters."""
    if value_ms == 0:
        return "0"
    if value_ms >= SECOND_MS:
        return f"{value_ms / 1000:.3g}s"
    return f"{value_ms:.0f}ms" if value_ms >= WHOLE_FROM_MS else f"{value_ms:.1f}ms"


def round_values(low: float, high: float) -> list[float]:
    """Return round numbers from `low` (above 0) to `high`, fewer of them where those are far."""
    ratio = high / low
    digits = COARSE if ratio >= WIDE else HALVES if ratio <= NARROW else FINE
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [digit * 10.0**power for power in powers for digit in digits]
    return [value for value in values if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]


@dataclass(frozen=True, slots=True)
class Scale:
    """The latencies of an axis, from its one end to the other."""

    low: float
    """Milliseconds; above 0 on a logarithmic scale."""
    high: float
    log: bool = False

    def share(self, value_ms: float) -> float:
        """Return where a latency lies between the ends: 0 to 1; beyond them, at the nearer."""
        if value_ms <= self.low:
            return 0.0
        if value_ms >= self.high:
            return 1.0
        if self.log:
            return math.log(value_ms / self.low) / math.log(self.high / self.low)
        return (value_ms - self.low) / (self.high - self.low)

    def row(self, value_ms: float, rows: int) -> int:
        """Return the row of a latency, 0 at the top."""
        return round((1 - self.share(value_ms)) * (rows - 1))

    def levels(self, height: int) -> list[float]:
        """Return the latencies that have a label in so many rows, lowest first."""
        if not self.log:
            steps = 4 if height >= FIVE_LABELS_FROM_HEIGHT else 2
            return [self.high * i / steps for i in range(steps + 1)]
        values = round_values(self.low, self.high)
        most = max(2, height // ROWS_PER_LABEL)
        powers = [value for value in values if f"{value:e}"[0] == "1"]
        if len(values) > most and len(powers) > 1:
            values = powers
        return values[:: max(1, math.ceil(len(values) / most))]

    def labels(self, rows: int, height: int) -> dict[int, str]:
        """Return the labels by their rows."""
        return {self.row(level, rows): axis_label(level) for level in self.levels(height)}


def log_scale(values_ms: Iterable[float]) -> Scale:
    """Return a logarithmic scale whose ends are round and hold all these latencies."""
    known = [value for value in values_ms if 0 < value < math.inf]
    if not known:
        return Scale(100.0, float(SECOND_MS), log=True)
    least, most = min(known), max(known)
    around = 10.0 ** math.floor(math.log10(least))
    low = max(value for value in _steps(around) if value <= least)
    around = 10.0 ** math.floor(math.log10(most))
    high = min(value for value in _steps(around) if value >= most)
    return Scale(low, high if high > low else 10 * low, log=True)


def _steps(power: float) -> tuple[float, ...]:
    """Return the round values around a power of ten, whose logarithm may be off by a rounding."""
    return (0.8 * power, *(digit * power for digit in FINE), 10 * power, 15 * power)


def linear_scale(worst_ms: Sequence[float], p95_ms: float | None) -> Scale:
    """Return a scale from 0 on: all is in sight, unless one outlier would flatten the rest.

    Args:
        worst_ms: The worst latency of each bin that has one.
        p95_ms: Of all of them together.
    """
    if not worst_ms:
        return Scale(0.0, float(SECOND_MS))
    top = max(worst_ms)
    usual = max(p95_ms or 0.0, sorted(worst_ms)[len(worst_ms) // 2])
    if usual > 0 and top > 6 * usual:
        top = 3 * usual
    return Scale(0.0, nice_ceiling(top))


def clock_ticks(start: float, span_s: float, columns: int) -> list[tuple[int, str]]:
    """Return (column, `HH:MM:SS`) pairs on round times of the local clock, well apart.

    From a day on they are dates, `MM-DD`.
    """
    wanted = max(1, columns // COLUMNS_PER_TICK)
    step = next((s for s in TICK_STEPS_S if span_s / s <= wanted), TICK_STEPS_S[-1])
    offset = (local_time(start).tm_gmtoff or 0) + STEADY.correction_s
    at = float(math.ceil((start + offset) / step) * step - offset)
    form = "%H:%M:%S" if step % 60 else "%H:%M" if step < DAY_S else "%m-%d"
    ticks = []
    while at < start + span_s:
        column = int((at - start) / span_s * columns)
        label = time.strftime(form, local_time(at))
        if len(label) // 2 <= column <= columns - len(label) // 2 - 1:
            ticks.append((column, label))
        at += step
    return ticks


def clock_line(start: float, span_s: float, width: int) -> Line:
    """Draw the times of day under a chart of `width` cells."""
    return tick_line(clock_ticks(start, span_s, canvas_width(width)), width)


def tick_line(ticks: Iterable[tuple[int, str]], width: int) -> Line:
    """Draw labels under a chart, each about its column; a later one yields to those before it."""
    cells = [" "] * width
    taken = [False] * (width + 1)
    for column, label in ticks:
        at = min(max(LABEL_WIDTH, LABEL_WIDTH + column - len(label) // 2), width - len(label))
        end = at + len(label)
        if at < LABEL_WIDTH or any(taken[at:end]):
            continue
        cells[at:end] = label
        taken[max(0, at - 1) : end + 1] = [True] * (end + 1 - max(0, at - 1))
    return [("".join(cells), "dim")]


def labelled(label: str, line: Line) -> Line:
    """Put a label of the vertical axis before a line of the canvas."""
    return [(label[: LABEL_WIDTH - 1].rjust(LABEL_WIDTH - 1) + " ", "dim"), *line]


def labelled_rows(rows: Sequence[Line], labels: Mapping[int, str]) -> list[Line]:
    """Put the labels of the vertical axis before the lines of the canvas."""
    return [labelled(labels.get(y, ""), line) for y, line in enumerate(rows)]
