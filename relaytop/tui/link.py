"""How much the link to the terminal is spared."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.tui.terminal.link_meter import LinkMeter

SLOW_REDRAW_S = 5.0
"""Seconds between two readings of the figures on a slow link."""
SLOW_CHART_S = 20.0
"""Seconds between two drawings of a chart or a sparkline on a slow link."""
SLOW_BINS = 10
"""The most spans of time that a sparkline or a chart has on a slow link."""
SLOW_FROM_S = 1.0
"""Seconds of the last ten in which the terminal took nothing: then the link is slow."""
FAST_AFTER_S = 60.0
"""Seconds without such a moment after which it is not, if nobody said that it is."""


class Link:
    """Whether the link is slow: the user said so, or the terminal does not keep up.

    Times are seconds of any steady clock.

    Args:
        said_slow: Whether the user said so.
    """

    def __init__(self, *, said_slow: bool = False) -> None:
        self._said_slow = said_slow
        self._found_at: float | None = None
        self.meter: LinkMeter | None = None
        """The driver's; None without one."""
        self.shows_rate = False
        """Whether the bytes per second are shown."""
        self.bytes_s = 0.0
        """Bytes per second, as of the last look."""

    @property
    def is_slow(self) -> bool:
        """Whether to send less."""
        return self._said_slow or self._found_at is not None

    def look(self, now_s: float) -> None:
        """Look at what the link carries."""
        if self.meter is None:
            return
        self.bytes_s = self.meter.bytes_s(now_s)
        if self.meter.stalled_s(now_s) > SLOW_FROM_S:
            self._found_at = now_s
        elif self._found_at is not None and now_s - self._found_at > FAST_AFTER_S:
            self._found_at = None

    def keeps_chart(self, age_s: float) -> bool:
        """Whether a chart stays as it is, so many seconds after it was drawn."""
        return self.is_slow and 0 <= age_s < SLOW_CHART_S

    def sparkline_end(self, now: float, oldest: float | None) -> float:
        """Return the moment that sparklines end at; on a slow link it moves in steps.

        Args:
            now: Unix seconds.
            oldest: Unix seconds of the first sample; None without one.
        """
        step = math.floor(now / SLOW_CHART_S) * SLOW_CHART_S
        return step if self.is_slow and oldest is not None and oldest < step else now

    def shortest_bin_s(self, usual_s: float, span_s: float) -> float:
        """Return the shortest bin of a sparkline or a chart, in seconds.

        Args:
            usual_s: The shortest on a link that is not slow.
            span_s: The time that it covers.
        """
        return max(usual_s, span_s / SLOW_BINS) if self.is_slow else usual_s
