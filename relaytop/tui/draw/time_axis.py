"""The spans of time that a chart or a sparkline covers, and the bins that it is divided into."""

from __future__ import annotations

import math
from typing import NamedTuple

SPANS_S = (
    *(30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1200.0, 1800.0),
    *(3600.0, 7200.0, 10800.0, 21600.0, 43200.0, 86400.0),
    *(172_800.0, 604_800.0, 1_209_600.0, 2_592_000.0),
)
"""The round spans that a chart grows through, in seconds."""
SHORTEST_BIN_S = 0.25


class TimeAxis(NamedTuple):
    """`n` bins of `bin_s` seconds each, from `start` (Unix seconds) on."""

    start: float
    bin_s: float
    n: int

    @property
    def end(self) -> float:
        """Unix seconds at which the last bin ends."""
        return self.start + self.bin_s * self.n


def shown_span_s(age_s: float, longest_s: float, least_s: float = SPANS_S[0]) -> float:
    """Return the shortest round span that holds `age_s` seconds, within two bounds.

    Args:
        age_s: The age of the oldest sample, in seconds.
        longest_s: The longest span, in seconds: it need not be round.
        least_s: The shortest, in seconds, where `longest_s` is not shorter still.
    """
    round_s = (span for span in SPANS_S if span >= age_s and span >= least_s)
    return min(next(round_s, longest_s), longest_s)


def time_axis(
    now: float, oldest: float | None, span_s: float, columns: int, interval_s: float = 0.0
) -> TimeAxis:
    """Return the bins of a span that ends now, or that began with the oldest sample.

    Bins lie on absolute time: a picture shifts once per bin and stands still between. While the
    span is longer than what there is, it stands still and fills from its left.

    Args:
        now: Unix seconds.
        oldest: Unix seconds of the first sample; None without one.
        span_s: What the bins cover together, in seconds.
        columns: The most bins there may be.
        interval_s: The shortest that a bin may be: with shorter ones every other would be empty.
    """
    shortest_s = max(interval_s, SHORTEST_BIN_S)
    n = max(1, min(columns, int(span_s / shortest_s + 1e-9)))
    bin_s = max(span_s / n, SHORTEST_BIN_S)
    first = math.floor(now / bin_s) + 1 - n
    if oldest is not None:
        first = max(first, math.floor(min(oldest, now) / bin_s))
    return TimeAxis(first * bin_s, bin_s, n)


def cells_of(index: int, n: int, columns: int) -> range:
    """Return the columns that the bin with an index takes where `n` share `columns` of them."""
    return range(index * columns // n, (index + 1) * columns // n)
