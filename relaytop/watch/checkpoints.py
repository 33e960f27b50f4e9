"""States of a replay at moments that were played, so that a search need not begin at the start."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.protocol.messages import Report

MOST = 256
"""Checkpoints of one recording: each takes some 100 KB beside the samples, which are kept once."""
SHORTEST_S = 60.0
"""Seconds of the recording between two states, at least."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state at one moment."""

    at: float
    """Unix seconds of the last report that was applied."""
    next_report: tuple[float, Report] | None
    """The one after it, and its moment."""
    place: tuple[int, int]
    """The file of the recording and the byte in it that follow that one."""
    watched: tuple[str, ...]
    """The targets that were watched when that one was made."""
    state: object
    """Whatever was handed over, to be handed back."""


class Checkpoints:
    """Checkpoints of one recording, evenly spaced.

    Args:
        began_at: Unix seconds.
        ended_at: Unix seconds.
    """

    def __init__(self, began_at: float, ended_at: float) -> None:
        self.spacing_s = max(SHORTEST_S, (ended_at - began_at) / MOST)
        self._began_at = began_at
        self._moments: list[float] = []
        self._kept: list[Checkpoint] = []

    def is_due(self, at: float) -> bool:
        """Return whether there is none yet in the span that a moment lies in."""
        start = self._span(at)
        if start <= 0:
            return False
        before = bisect_right(self._moments, at) - 1
        return before < 0 or self._span(self._moments[before]) < start

    def _span(self, at: float) -> int:
        return int((at - self._began_at) / self.spacing_s)

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep one."""
        place = bisect_right(self._moments, checkpoint.at)
        self._moments.insert(place, checkpoint.at)
        self._kept.insert(place, checkpoint)

    def before(self, at: float) -> Checkpoint | None:
        """Return the last one at or before a moment."""
        place = bisect_right(self._moments, at) - 1
        return self._kept[place] if place >= 0 else None

    def clear(self) -> None:
        """Forget all."""
        self._moments.clear()
        self._kept.clear()
