"""One-to-one matching of two series of timestamps, nearest first (greedy, non-crossing)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def match_by_time(
    left: Sequence[float], right: Sequence[float], within_s: float
) -> list[tuple[int, int]]:
    """Return (index on the left, index on the right) of each pair, in the order of time.

    A timestamp is left out where the next of its own side lies nearer to the other side's; no pair
    crosses another.

    Args:
        left: Timestamps in ascending order, in seconds.
        right: The same of the other side.
        within_s: How far apart the two of a pair may lie.
    """
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        apart_s = abs(left[i] - right[j])
        ahead = left[i] < right[j]
        series, place, other = (left, i, right[j]) if ahead else (right, j, left[i])
        nearer = place + 1 < len(series) and abs(series[place + 1] - other) < apart_s
        if apart_s > within_s or nearer:
            i, j = (i + 1, j) if ahead else (i, j + 1)
            continue
        found.append((i, j))
        i, j = i + 1, j + 1
    return found
