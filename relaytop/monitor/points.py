"""A target's samples one by one, as far as a chart needs them."""

from __future__ import annotations

import struct
from statistics import median
from typing import TYPE_CHECKING, Literal, NamedTuple

from relaytop.monitor.record import OK, OUTCOME_BITS, TICK_S, UNMEASURED, error_class_of
from relaytop.monitor.source import Bin
from relaytop.monitor.window import TIMEOUTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.ring_buffer import RingBuffer

Figure = Literal["latency", "ttft"]

_POINT = struct.Struct("<Iff11xB8x")
"""Of a ring's record: the moment, latency, TTFT, and the byte of the outcome."""


class Point(NamedTuple):
    """One probe that says something of the model."""

    at: float
    """Unix seconds at which it ended, to 10 ms."""
    latency_ms: float
    """NaN where it is unknown, as is the TTFT."""
    ttft_ms: float
    outcome: int

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.outcome == OK

    @property
    def timed_out(self) -> bool:
        """Whether it would have taken longer than it was given."""
        return self.outcome in TIMEOUTS

    @property
    def error_class(self) -> str:
        """The class of its failure; it must have failed."""
        return error_class_of(self.outcome)


def read_points(ring: RingBuffer, start: float, end: float) -> list[Point]:
    """Return the samples that ended from `start` to before `end` (Unix seconds), oldest first."""
    began_at = ring.began_at
    records = ring.records(ring.first_after(start), ring.first_after(end))
    return [
        Point(began_at + tick * TICK_S, latency_ms, ttft_ms, marks & OUTCOME_BITS)
        for tick, latency_ms, ttft_ms, marks in _POINT.iter_unpack(records)
        if marks & OUTCOME_BITS not in UNMEASURED
    ]


def bin_of(points: Sequence[Point]) -> Bin:
    """Return the bin that samples are in."""
    values = [point.latency_ms for point in points if point.ok]
    failed = len(points) - len(values)
    return Bin(len(values), failed, median(values), max(values)) if values else Bin(0, failed)
