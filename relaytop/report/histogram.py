"""A distribution as a few bars."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaytop.report.bars import bar

if TYPE_CHECKING:
    from collections.abc import Sequence

BINS = 8
WIDTH = 40
_STEPS = (1.0, 2.0, 2.5, 5.0)


def histogram(values_ms: Sequence[float], *, ascii_only: bool = False) -> list[str]:
    """Return a line per bin: its span, a bar and its count; empty of nothing.

    Args:
        values_ms: Latencies in milliseconds; those above the 98th percentile share the last bin.
        ascii_only: Draw with characters of ASCII alone.
    """
    if not values_ms:
        return []
    ordered = sorted(values_ms)
    low, high = ordered[0], ordered[math.ceil(0.98 * len(ordered)) - 1]
    step = _round_step((high - low) / BINS)
    start = math.floor(low / step) * step
    counts = [0] * max(1, math.ceil((high - start) / step + 1e-9))
    for value in ordered:
        counts[min(len(counts) - 1, int((value - start) / step))] += 1
    most = max(counts)
    digits = max(0, math.ceil(-math.log10(step)))
    labels = [f"{start + i * step:.{digits}f}" for i in range(len(counts))]
    wide = max(map(len, labels))
    lines = []
    for index, count in enumerate(counts):
        more = (
            "+" if index == len(counts) - 1 and ordered[-1] >= start + len(counts) * step else " "
        )
        drawn = bar(count / most, WIDTH, ascii_only=ascii_only)
        lines.append(f"{labels[index]:>{wide}} ms{more} {drawn} {count}")
    return lines


def _round_step(step: float) -> float:
    """Return the next round number at or above `step`."""
    if step <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * s for s in (*_STEPS, 10.0) if power * s >= step * (1 - 1e-9))
