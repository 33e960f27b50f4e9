"""A monitor's state at one moment, to go on from later; samples are kept once for many of them."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from relaytop.monitor.handover import RingHandover
from relaytop.monitor.record import RECORD_BYTES
from relaytop.monitor.ring_buffer import RingBuffer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.monitor.monitor import Monitor

OVERLAP = 64
"""Samples before the last checkpoint that are kept again: one that ends late takes its place among
them."""


@dataclass(frozen=True, slots=True)
class RingSegment:
    """A ring's newest samples, on top of an earlier segment."""

    base: RingSegment | None
    first: int
    """The serial number of its first sample."""
    data: bytes
    """Its samples, as a ring hands them over."""
    capacity: int
    began_at: float
    count: int
    position: int
    disorder: int


class MonitorCheckpoint(NamedTuple):
    """A monitor's state."""

    monitor: Monitor
    """It, with segments in place of its rings: only to be restored."""
    segments: Mapping[str, RingSegment]
    """Target → its samples."""


def take_checkpoint(monitor: Monitor, before: MonitorCheckpoint | None) -> MonitorCheckpoint:
    """Return a monitor's state, which does not change with it.

    Args:
        monitor: It goes on.
        before: The state at an earlier moment of the same run, which keeps the earlier samples.
    """
    segments = {
        name: _segment(ring, None if before is None else before.segments.get(name))
        for name, ring in monitor.rings().items()
    }
    # What never changes is shared; the rings are left out of the copy.
    memo: dict[int, object] = {id(event): event for event in monitor.events()}
    memo[id(monitor.settings)] = monitor.settings
    memo |= {id(ring): segments[name] for name, ring in monitor.rings().items()}
    return MonitorCheckpoint(copy.deepcopy(monitor, memo), segments)


def restored_monitor(checkpoint: MonitorCheckpoint) -> Monitor:
    """Return a monitor that goes on from a state, any number of times."""
    kept = checkpoint.monitor
    memo: dict[int, object] = {id(event): event for event in kept.events()}
    memo[id(kept.settings)] = kept.settings
    memo |= {id(segment): _ring(segment) for segment in checkpoint.segments.values()}
    return copy.deepcopy(kept, memo)


def _segment(ring: RingBuffer, base: RingSegment | None) -> RingSegment:
    def of(under: RingSegment | None, first: int) -> RingSegment:
        return RingSegment(
            under,
            first,
            ring.records(first, ring.count),
            ring.capacity,
            ring.began_at,
            ring.count,
            ring.position,
            ring.disorder,
        )

    whole = of(None, ring.first)
    if base is None or base.began_at != ring.began_at or base.count > ring.count:
        return whole
    on_top = of(base, max(ring.first, base.count - OVERLAP))
    return on_top if _records(on_top) == whole.data else whole


def _records(segment: RingSegment) -> bytes:
    """Return all samples that the ring kept."""
    first = max(0, segment.count - segment.capacity)
    chain = [segment]
    while chain[-1].first > first and (base := chain[-1].base) is not None:
        chain.append(base)
    records = bytearray((segment.count - first) * RECORD_BYTES)
    for part in reversed(chain):
        skipped = max(0, first - part.first)
        start = (part.first + skipped - first) * RECORD_BYTES
        data = part.data[skipped * RECORD_BYTES :]
        records[start : start + len(data)] = data
    return bytes(records)


def _ring(segment: RingSegment) -> RingBuffer:
    ring = RingBuffer(segment.capacity, segment.began_at)
    ring.restore(RingHandover(segment.began_at, segment.count, _records(segment)))
    ring.position, ring.disorder = segment.position, segment.disorder
    return ring
