"""Figures of rows by steps of time: what is known, what is in sight, what is to be asked for."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.fleet.prometheus.figures import Key

T = TypeVar("T")

STEPS_S = (15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400)
"""The widths of steps: a series is scraped every 15 s or so."""
MAX_STEPS = 240
"""Steps of one question at most."""
WANTED_S = 45.0
"""What nobody has asked for within this time is no longer in sight."""
FRESH = 2
"""Newest steps that may still change."""


@dataclass(slots=True)
class _Kept(Generic[T]):
    """One row in one width of steps; a step's number × its width is where it begins."""

    steps: dict[int, T] = field(default_factory=dict)
    stale: set[int] = field(default_factory=set)
    """Steps that are asked for anew; until then what is known of them is shown."""
    first: int = 0
    last: int = -1
    wanted_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Missing:
    """Steps to ask for: of these rows, in one question."""

    step_s: int
    first: int
    last: int
    rows: tuple[Key, ...]


class StepStore(Generic[T]):
    """Keeps the steps of a bounded number of rows, those that were drawn last.

    Args:
        capacity: Rows × widths that are kept.
        at_once: Rows of one question.
    """

    def __init__(self, capacity: int, at_once: int) -> None:
        self._kept: OrderedDict[tuple[Key, int], _Kept[T]] = OrderedDict()
        self._capacity = capacity
        self._at_once = at_once

    def want(self, key: Key, step_s: int, first: int, last: int, now: float) -> Mapping[int, T]:
        """Note that steps are drawn, and return what is known of the row: step → figures."""
        kept = self._kept.setdefault((key, step_s), _Kept())
        self._kept.move_to_end((key, step_s))
        kept.first, kept.last, kept.wanted_at = max(first, last - MAX_STEPS + 1), last, now
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        return kept.steps

    def known(self, key: Key) -> Mapping[int, tuple[int, T]]:
        """Return step's beginning → its width and figures, of the width that was drawn last."""
        for (row, step_s), kept in reversed(self._kept.items()):
            if row == key:
                return {number * step_s: (step_s, value) for number, value in kept.steps.items()}
        return {}

    def missing(self, now: float) -> list[Missing]:
        """Return what is in sight and not known, one question per width of steps."""
        spans: dict[int, list[tuple[Key, int, int]]] = {}
        for (key, step_s), kept in reversed(self._kept.items()):
            newest = int(now // step_s) - 1
            last = min(kept.last, newest)
            if now - kept.wanted_at > WANTED_S:
                continue
            lacks = [
                n for n in range(kept.first, last + 1) if n not in kept.steps or n in kept.stale
            ]
            if lacks:
                spans.setdefault(step_s, []).append((key, lacks[0], lacks[-1]))
        found = []
        for step_s, rows in spans.items():
            chosen = rows[: self._at_once]
            first = min(start for _key, start, _end in chosen)
            last = max(end for _key, _start, end in chosen)
            keys = tuple(key for key, _start, _end in chosen)
            found.append(Missing(step_s, max(first, last - MAX_STEPS + 1), last, keys))
        return found

    def lacks(self, key: Key, now: float) -> bool:
        """Return whether steps of a row that are drawn are not known at all."""
        return any(
            number not in kept.steps
            for (row, step_s), kept in self._kept.items()
            if row == key and now - kept.wanted_at <= WANTED_S
            for number in range(kept.first, min(kept.last, int(now // step_s) - 1) + 1)
        )

    def put(self, asked: Missing, found: Mapping[Key, Mapping[int, T]], nothing: T) -> None:
        """Keep the answer to a question; a step without figures has nothing."""
        for key in asked.rows:
            kept = self._kept.get((key, asked.step_s))
            if kept is None:
                continue
            steps = found.get(key, {})
            for number in range(asked.first, asked.last + 1):
                kept.steps[number] = steps.get(number, nothing)
                kept.stale.discard(number)
            while len(kept.steps) > 4 * MAX_STEPS:
                far = max(kept.steps, key=lambda number: abs(number - kept.last))
                del kept.steps[far]
                kept.stale.discard(far)

    def ask_less(self) -> None:
        """Halve the number of rows of one question: the last was too large."""
        self._at_once = max(1, self._at_once // 2)

    def ask_newest_anew(self, now: float) -> None:
        """Ask again for steps that may not have been scraped whole when they were asked for."""
        for (_key, step_s), kept in self._kept.items():
            newest = int(now // step_s) - 1
            kept.stale |= {n for n in range(newest - FRESH + 1, newest + 1) if n in kept.steps}


def step_for(bin_s: float) -> int:
    """Return the widest step that is no wider than a bin; the narrowest for narrow bins."""
    return max((step for step in STEPS_S if step <= bin_s), default=STEPS_S[0])


def step_for_span(span_s: float) -> int:
    """Return the narrowest step of which a span holds no more than half a question may have."""
    return next((step for step in STEPS_S if span_s / step <= MAX_STEPS / 2), STEPS_S[-1])
