"""A target's samples in fixed memory: 31 bytes each, the oldest overwritten."""

from __future__ import annotations

import base64
import binascii
import math
import struct
from typing import TYPE_CHECKING, NamedTuple

from relaytop.monitor.handover import RingHandover
from relaytop.wire.facts import ERROR_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.probe.sample import Sample

_RECORD = struct.Struct("<IfffeeeeHHBH")
RECORD_BYTES = _RECORD.size
_TICK = struct.Struct("<I")
OK = 0
STALE = 255
_CODES = {name: code for code, name in enumerate(ERROR_CLASSES, 1)}
TIMEOUT = _CODES["timeout"]
TICK_S = 0.01
"""Moments are kept as whole ticks since the ring was made: 32 bits reach for 497 days."""
_LAST_TICK = 0xFFFFFFFF
_UNKNOWN = 0xFFFF
_MOST = 0xFFFE
_HALF_MAX = 65_000.0
NAN = math.nan


class Record(NamedTuple):
    """One sample as it is kept; NaN and None: unknown."""

    at: float
    """Unix seconds at which it ended."""
    latency_ms: float
    ttft_ms: float
    cost_usd: float
    """0 for a failure that nobody bills."""
    dns_ms: float
    connect_ms: float
    tls_ms: float
    wait_ms: float
    input_tokens: int
    output_tokens: int
    outcome: int
    """0 ok, `STALE`, else the error class's number."""
    skipped: int
    """Probes that were skipped between the sample before and this one."""

    @property
    def ok(self) -> bool:
        """Whether the probe succeeded."""
        return self.outcome == OK


def error_class_of(outcome: int) -> str:
    """Return the error class of a failed record's outcome."""
    return ERROR_CLASSES[outcome - 1]


def tokens_of(count: int) -> int | None:
    """Return a kept count of tokens; None where it was unknown."""
    return None if count == _UNKNOWN else count


class RingBuffer:
    """The newest samples of one target.

    Args:
        capacity: How many are kept.
        began_at: Unix seconds before which no sample ends.
    """

    __slots__ = ("_began_at", "_buffer", "_capacity", "count")

    def __init__(self, capacity: int, began_at: float) -> None:
        self._capacity = capacity
        self._began_at = began_at
        # All of it from the start: what a ring takes now is what it takes in a month.
        self._buffer = bytearray(capacity * RECORD_BYTES)
        self.count = 0
        """Samples that were ever appended."""

    def append(self, sample: Sample, skipped: int) -> Record:
        """Keep a sample; return it as it is kept, that is, rounded."""
        phases, usage = sample.phases, sample.usage
        outcome = (
            STALE
            if sample.stale
            else OK
            if sample.failure is None
            else _CODES.get(sample.failure.error_class, _CODES["protocol"])
        )
        offset = self.count % self._capacity * RECORD_BYTES
        _RECORD.pack_into(
            self._buffer,
            offset,
            self._tick(sample.ended_at),
            _float(sample.latency_ms),
            _float(sample.ttft_ms),
            _float(sample.billed_usd),
            _half(phases.dns_ms),
            _half(phases.connect_ms),
            _half(phases.tls_ms),
            _half(phases.wait_ms),
            _tokens(usage.input_tokens if usage else None),
            _tokens(usage.output_tokens if usage else None),
            outcome,
            min(skipped, _MOST),
        )
        self.count += 1
        return self._record(offset)

    def handover(self) -> RingHandover:
        """Return what is kept."""
        if self.full:
            cut = self.count % self._capacity * RECORD_BYTES
            records = self._buffer[cut:] + self._buffer[:cut]
        else:
            records = self._buffer[: self.count * RECORD_BYTES]
        return RingHandover(self._began_at, self.count, base64.b64encode(records).decode())

    def restore(self, known: RingHandover) -> None:
        """Keep what another ring kept, as far as this one reaches.

        Raises:
            ValueError: It is no ring's handover.
        """
        try:
            records = base64.b64decode(known.records, validate=True)
        except binascii.Error as error:
            raise ValueError(str(error)) from None
        kept, rest = divmod(len(records), RECORD_BYTES)
        if rest or not kept <= known.count:
            message = f"{len(records)} bytes are no samples of {known.count}"
            raise ValueError(message)
        self._began_at, self.count = known.began_at, known.count
        for number in range(max(0, kept - self._capacity), kept):
            place = (known.count - kept + number) % self._capacity * RECORD_BYTES
            source = number * RECORD_BYTES
            self._buffer[place : place + RECORD_BYTES] = records[source : source + RECORD_BYTES]

    @property
    def full(self) -> bool:
        """Whether the next sample overwrites the oldest."""
        return self.count >= self._capacity

    @property
    def first(self) -> int:
        """The serial number of the oldest sample that is still kept."""
        return max(0, self.count - self._capacity)

    def get(self, serial: int) -> Record:
        """Return a kept sample by its serial number (0 is the first ever)."""
        return self._record(serial % self._capacity * RECORD_BYTES)

    def _record(self, offset: int) -> Record:
        tick, *rest = _RECORD.unpack_from(self._buffer, offset)
        return Record(self._began_at + tick * TICK_S, *rest)

    def _tick(self, at: float) -> int:
        return max(0, min(_LAST_TICK, int((at - self._began_at) / TICK_S)))

    def since(self, serial: int) -> Iterator[Record]:
        """Yield the kept samples from a serial number on, oldest first."""
        for number in range(max(serial, self.first), self.count):
            yield self.get(number)

    def first_after(self, at: float) -> int:
        """Return the serial number of the first kept sample that ended at or after `at`."""
        low, high, tick = self.first, self.count, self._tick(at)
        while low < high:
            middle = (low + high) // 2
            offset = middle % self._capacity * RECORD_BYTES
            (ended,) = _TICK.unpack_from(self._buffer, offset)
            if ended < tick:
                low = middle + 1
            else:
                high = middle
        return low


def _float(value: float | None) -> float:
    return NAN if value is None else value


def _half(value: float | None) -> float:
    return NAN if value is None else min(value, _HALF_MAX)


def _tokens(count: int | None) -> int:
    return _UNKNOWN if count is None else min(count, _MOST)
