"""The zoomed chart's choices: the drawing, and the range of time that it shows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from relaytop.tui.draw.time_axis import SPANS_S, shown_span_s

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.points import Figure

Drawing = Literal["line", "bands", "histogram", "heat map"]
DRAWINGS: tuple[Drawing, ...] = ("line", "bands", "histogram", "heat map")
SCALED: frozenset[Drawing] = frozenset({"line", "bands"})
"""Drawings whose scale can be chosen; the others are always logarithmic."""
STEP = 0.25
"""The share of the range by which it moves."""
SOON_S = 0.01
"""The moments of samples are kept so exactly."""


class Known(NamedTuple):
    """What there is to choose a range from."""

    now: float
    """Unix seconds."""
    oldest: float | None
    """Unix seconds of the oldest sample; None without one."""
    longest_s: float
    """The window, in seconds."""
    interval_s: float = 0.0
    """The target's cadence: no bin is shorter."""

    @property
    def age_s(self) -> float:
        """The time that the samples cover, in seconds."""
        return max(0.0, self.now - self.oldest) if self.oldest is not None else 0.0


@dataclass(frozen=True, slots=True)
class Zoom:
    """What the zoomed chart shows, and of which time."""

    drawing: Drawing = "line"
    figure: Figure = "latency"
    log: bool = False
    """Whether the scale of latencies is logarithmic, where it can be chosen."""
    range_s: float | None = None
    """The length of the range, in seconds; None: the window."""
    end: float | None = None
    """Unix seconds of its end; None: now."""
    past_s: float | None = None
    """The length of a range of the past, in seconds, which does not grow with what there is."""
    failure_at: float | None = None
    """The moment of the failure that is looked at, Unix seconds; None: of none."""

    def span_s(self, known: Known) -> float:
        """Return the seconds that the chart covers: no more than there is, in round steps."""
        if self.past_s is not None and self.end is not None and self.end < known.now:
            return self.past_s
        return shown_span_s(known.age_s, self.range_s or known.longest_s)

    def end_in(self, known: Known) -> float | None:
        """Return the end of a range of the past, Unix seconds; None where it ends now."""
        if self.end is None or self.end >= known.now:
            return None
        return max(self.end, min(self._first_end(known), known.now))

    def _first_end(self, known: Known) -> float:
        oldest = known.oldest if known.oldest is not None else known.now
        return oldest + self.span_s(known)

    def range_in(self, known: Known) -> tuple[float, float]:
        """Return the range, its beginning and its end, in Unix seconds."""
        past_end = self.end_in(known)
        end = known.now if past_end is None else past_end
        return end - self.span_s(known), end

    def next_drawing(self) -> Zoom:
        """Return the choice of the next drawing."""
        at = DRAWINGS.index(self.drawing) + 1
        return replace(self, drawing=DRAWINGS[at % len(DRAWINGS)])

    def moved(self, steps: int, known: Known) -> Zoom:
        """Return a range that is so many quarters of its length later, at most until now."""
        return self.ending(self.range_in(known)[1] + steps * STEP * self.span_s(known), known)

    def ending(self, end: float, known: Known) -> Zoom:
        """Return the range that ends at a moment (Unix seconds), or at the nearest there can be."""
        end = max(end, self._first_end(known))
        if end >= known.now:
            return replace(self, end=None, past_s=None)
        return replace(self, end=end, past_s=self.span_s(known))

    def resized(self, step: int, known: Known) -> Zoom:
        """Return the next longer (1) or shorter (-1) range around the same moment."""
        span_s = self.span_s(known)
        if step < 0:
            chosen_s = max((s for s in SPANS_S if s < span_s), default=span_s)
        else:
            chosen_s = min((s for s in SPANS_S if s > span_s), default=span_s)
            chosen_s = min(chosen_s, max(span_s, shown_span_s(known.age_s, SPANS_S[-1])))
        end = self.end_in(known)
        resized = replace(self, range_s=chosen_s, past_s=None)
        if self.failure_at is not None and end is not None:
            return resized.ending(self.failure_at + chosen_s / 2, known)
        return resized if end is None else resized.ending(end - (span_s - chosen_s) / 2, known)

    def at_failure(self, step: int, failures: Sequence[float], known: Known) -> Zoom | None:
        """Return the choice of the next (1) or previous (-1) failure; None where there is none.

        The range moves where it does not hold it.

        Args:
            step: Which one.
            failures: Unix seconds of all that are known, oldest first.
            known: What there is.
        """
        start, end = self.range_in(known)
        if self.failure_at is None:
            index = bisect_right(failures, end) - 1 if step < 0 else bisect_left(failures, start)
        elif step < 0:
            index = bisect_left(failures, self.failure_at - SOON_S / 2) - 1
        else:
            index = bisect_right(failures, self.failure_at + SOON_S / 2)
        if not 0 <= index < len(failures):
            return None
        at = failures[index]
        chosen = replace(self, failure_at=at)
        if start <= at <= end:
            return chosen
        return chosen.ending(at + self.span_s(known) / 2, known)

    def live(self) -> Zoom:
        """Return the range that ends now."""
        return replace(self, end=None, past_s=None, failure_at=None)
