"""The figures of a source as of one moment, while the source itself goes on."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from relaytop.monitor.points import bin_of
from relaytop.monitor.source import Bin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.confidence import Confidence
    from relaytop.monitor.error_groups import ErrorGroup
    from relaytop.monitor.event import Event
    from relaytop.monitor.points import Point
    from relaytop.monitor.source import Overview, Source
    from relaytop.monitor.summary import LastError, Summary


LATE_S = 10.0
"""How long after its end a sample may be read, at the most: those before it are all there."""


class FrozenSource:
    """Implements `Source` as of the moment it was made.

    Summaries, errors, events and the newest samples are copied, since some that had ended then may
    not have been read yet. Older ones do not change: they are read where they are.

    Args:
        source: The live source.
        now: Unix seconds of the moment.
        span_s: The longest time that sparklines and the chart cover.
    """

    def __init__(self, source: Source, now: float, span_s: float) -> None:
        self._source = source
        self.now = now
        self.span_s = span_s
        self._overview = source.overview(now)
        # What Prometheus knows of a moment comes at once: no row's history is asked for.
        self._settled = now - (LATE_S if self._overview.prometheus is None else 0.0)
        self._targets = tuple(source.targets())
        self._newest: dict[str, list[Point]] = {name: [] for name in self._targets}
        if self._settled < now:
            for name in self._targets:
                self._newest[name] = source.points(name, self._settled, now)
        self._summaries = {name: source.summary(name, now) for name in self._targets}
        self._errors = {name: tuple(source.errors(name)) for name in self._targets}
        self._error_groups = {name: tuple(source.error_groups(name)) for name in self._targets}
        self._notes = tuple(source.notes())
        self._events = tuple(source.events())

    def targets(self) -> Sequence[str]:
        """The target ids."""
        return self._targets

    def summary(self, target: str, now: float) -> Summary:
        """One target as it was."""
        del now
        return self._summaries[target]

    def bins(self, target: str, start: float, bin_s: float, n: int) -> list[Bin]:
        """The bins as they were at the moment; empty ones after it."""
        whole = max(0, min(n, math.floor((self._settled - start) / bin_s)))
        begun = max(whole, min(n, math.ceil((self.now - start) / bin_s)))
        if self._overview.prometheus is not None:
            begun = whole
        edges = [start + index * bin_s for index in range(whole, begun + 1)]
        newest = [bin_of(self.points(target, *edge)) for edge in pairwise(edges)]
        return [
            *self._source.bins(target, start, bin_s, whole),
            *newest,
            *[Bin()] * (n - begun),
        ]

    def points(self, target: str, start: float, end: float) -> list[Point]:
        """The samples that were known at the moment."""
        old: Sequence[Point] = ()
        if start < self._settled:
            old = self._source.points(target, start, min(end, self._settled))
        return [*old, *(point for point in self._newest[target] if start <= point.at < end)]

    def oldest_at(self, target: str) -> float | None:
        """The end of a target's oldest sample, of those that are still kept."""
        return self._source.oldest_at(target)

    def is_loading(self, target: str) -> bool:
        """Whether more of a target's history is on its way."""
        return self._source.is_loading(target)

    def confidence(self, target: str) -> Confidence:
        """How sure the figures are, of the source that goes on: it moves little in a while."""
        return self._source.confidence(target)

    def errors(self, target: str) -> Sequence[LastError]:
        """The failures known then."""
        return self._errors[target]

    def error_groups(self, target: str) -> Sequence[ErrorGroup]:
        """The failures known then, by class and message."""
        return self._error_groups[target]

    def overview(self, now: float) -> Overview:
        """All targets as they were."""
        del now
        return self._overview

    def notes(self) -> Sequence[Event]:
        """The user's notes known then."""
        return self._notes

    def events(self) -> Sequence[Event]:
        """The event log as it was."""
        return self._events
