"""A target's samples in fixed memory: 32 bytes each, the oldest overwritten.

What is kept is rounded: moments to 10 ms; latency, TTFT and cost to float32; the wait by at most
0.03 %; the longest gap and the tokens a second by 0.4 %; dns, connect and tls by 3 %; the lateness
of reads by 7 %. More than 255 skips between two samples count as 255.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, NamedTuple

from relaytop.monitor.handover import RingHandover
from relaytop.monitor.small_float import SmallFloat
from relaytop.wire.facts import ERROR_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.probe.sample import Sample

_RECORD = struct.Struct("<IfffHHHBBQ")
RECORD_BYTES = _RECORD.size
_TICK = struct.Struct("<I")
OK = 0
STALE = 31
CACHED = 30
CUT_OFF = 29
STALLED = 28
"""Outcomes beside the error classes' numbers; `CUT_OFF` is a gateway's own timeout."""
UNMEASURED = frozenset({STALE, STALLED, CACHED})
"""Outcomes that say nothing of the model: in no rate, no percentile and no cost."""
OUTCOME_BITS = 0x1F
"""Of the byte of the outcome; the others are flags."""
_KERNEL, _RETRIED, _FELL_BACK = 0x20, 0x40, 0x80
"""Flags in the byte of the outcome."""
_WAIT, _GAP, _RATE = SmallFloat(2048), SmallFloat(140), SmallFloat(140)
_PHASE, LATE = SmallFloat(17), SmallFloat(8)
MAX_SERVED = 15
"""The greatest number of what served a reply."""
_CODES = {name: code for code, name in enumerate(ERROR_CLASSES, 1)}
TIMEOUT = _CODES["timeout"]
_OUTCOMES = {OK, STALE, CACHED, CUT_OFF, STALLED, *_CODES.values()}
_ONLY_TICK = struct.Struct(f"<I{RECORD_BYTES - 4}x")
_FLOATS_AT, _MARKS_AT = (4, 8, 12), 23
"""Offsets of latency, TTFT and cost, and of the byte of the outcome, in a record."""
_HIGHEST_FLOAT, _NAN_BYTES = 0x51BA, (0x7F, 0xC0)
"""The upper two bytes of 1e11 as a float32, and of NaN."""
SLACK_MS, SLACK_SHARE = 1.0, 0.05
"""A TTFT that may be too large by less of either counts as exact."""
TICK_S = 0.01
"""Moments are kept as whole ticks since the ring was made: 32 bits reach for 497 days."""
_LAST_TICK = 0xFFFFFFFF
_UNKNOWN = 0xFFFF
_MAX_VALUE = 0xFFFE
_MAX_SKIPPED = 0xFF
NAN = math.nan


class Record(NamedTuple):
    """One sample as it is kept; NaN and None: unknown."""

    at: float
    """Unix seconds at which it ended."""
    latency_ms: float
    ttft_ms: float
    cost_usd: float
    """0 for a failure that nobody bills."""
    packed_wait: int
    input_tokens: int
    output_tokens: int
    skipped: int
    """Probes that were skipped between the sample before and this one."""
    marks: int
    """The outcome, and flags."""
    packed: int
    """The fields that are packed into other than whole bytes."""

    @property
    def outcome(self) -> int:
        """0 ok, `STALE`, `CACHED`, else the error class's number."""
        return self.marks & OUTCOME_BITS

    @property
    def ok(self) -> bool:
        """Whether the probe succeeded, and reached the model."""
        return self.outcome == OK

    @property
    def kernel_stamped(self) -> bool:
        """Whether the kernel stamped its reads."""
        return self.marks & _KERNEL > 0

    @property
    def retried(self) -> bool:
        """Whether the relay retried before it answered."""
        return self.marks & _RETRIED > 0

    @property
    def fell_back(self) -> bool:
        """Whether the relay turned to another model or upstream."""
        return self.marks & _FELL_BACK > 0

    @property
    def dns_ms(self) -> float:
        """The phase of that name, as are the next two."""
        return _PHASE.decode(self.packed & 0x1FF)

    @property
    def connect_ms(self) -> float:
        """Of the connection."""
        return _PHASE.decode(self.packed >> 9 & 0x1FF)

    @property
    def tls_ms(self) -> float:
        """Of the handshake."""
        return _PHASE.decode(self.packed >> 18 & 0x1FF)

    @property
    def wait_ms(self) -> float:
        """From the request's end to the first byte."""
        return _WAIT.decode(self.packed_wait)

    @property
    def tok_s(self) -> float:
        """Output tokens a second."""
        return _RATE.decode(self.packed >> 27 & 0xFFF)

    @property
    def gap_ms(self) -> float:
        """The longest silence between two chunks of a stream."""
        return _GAP.decode(self.packed >> 39 & 0xFFF)

    @property
    def late_ms(self) -> float:
        """The longest time from a part's arrival to its being read."""
        return LATE.decode(self.packed >> 51 & 0xFF)

    @property
    def served(self) -> int:
        """The number of what served it (`origin.served_number`); 0: it did not say."""
        return self.packed >> 59 & MAX_SERVED

    @property
    def ttft_is_bound(self) -> bool:
        """Whether the TTFT may be too large by an amount that matters."""
        return self.packed >> 63 > 0


def error_class_of(outcome: int) -> str:
    """Return the error class of a failed record's outcome."""
    if outcome == CUT_OFF:
        return "gateway"
    return ERROR_CLASSES[outcome - 1]


def tokens_of(count: int) -> int | None:
    """Return a kept count of tokens; None where it was unknown."""
    return None if count == _UNKNOWN else count


class RingBuffer:
    """The newest samples of one target.

    Args:
        capacity: The most samples that it keeps.
        began_at: Unix seconds before which no sample ends.
    """

    __slots__ = ("_began_at", "_buffer", "capacity", "count", "disorder", "position")

    def __init__(self, capacity: int, began_at: float) -> None:
        self.capacity = capacity
        """The most samples that it keeps."""
        self._began_at = began_at
        # All of it from the start: what a ring takes now is what it takes in a month.
        self._buffer = bytearray(capacity * RECORD_BYTES)
        self.count = 0
        """Samples that were ever appended."""
        self.position = -1
        """The serial number at which the sample that was appended last stands."""
        self.disorder = 0
        """Samples that ended before one that came before them, and were put in their place."""

    def append(self, sample: Sample, skipped: int, served: int = 0) -> Record:
        """Keep a sample in the order of time; return it as it is kept, that is, rounded.

        Args:
            sample: What a probe found.
            skipped: Probes that were skipped since the sample before.
            served: The number of what served it, at most `MAX_SERVED`; 0: it did not say.
        """
        usage = sample.usage
        offset = self.count % self.capacity * RECORD_BYTES
        _RECORD.pack_into(
            self._buffer,
            offset,
            self._tick(sample.ended_at),
            _float(sample.latency_ms),
            _float(sample.ttft_ms),
            _float(sample.billed_usd),
            _WAIT.encode(sample.phases.wait_ms),
            _tokens(usage.input_tokens if usage else None),
            _tokens(usage.output_tokens if usage else None),
            min(skipped, _MAX_SKIPPED),
            _outcome(sample) | _flags(sample),
            _packed(sample, served),
        )
        self.count += 1
        self.position = self._settle(offset)
        return self.get(self.position)

    def _settle(self, offset: int) -> int:
        """Move the newest sample to its place, where it ended before others; return its serial."""
        buffer, size = self._buffer, RECORD_BYTES
        (tick,) = _TICK.unpack_from(buffer, offset)
        serial, made = self.count - 1, None
        while serial > self.first:
            before = (serial - 1) % self.capacity * size
            if _TICK.unpack_from(buffer, before)[0] <= tick:
                break
            made = made or bytes(buffer[offset : offset + size])
            here = serial % self.capacity * size
            buffer[here : here + size] = buffer[before : before + size]
            serial -= 1
        if made is not None:
            here = serial % self.capacity * size
            buffer[here : here + size] = made
            self.disorder += 1
        return serial

    def handover(self) -> RingHandover:
        """Return what is kept."""
        if self.full:
            cut = self.count % self.capacity * RECORD_BYTES
            records = self._buffer[cut:] + self._buffer[:cut]
        else:
            records = self._buffer[: self.count * RECORD_BYTES]
        return RingHandover(self._began_at, self.count, bytes(records))

    def restore(self, known: RingHandover) -> None:
        """Keep what another ring kept, as far as this one reaches.

        Raises:
            ValueError: It is no ring's handover.
        """
        check_handover(known, self.capacity)
        records = known.records
        kept = len(records) // RECORD_BYTES
        self._began_at, self.count = known.began_at, known.count
        for number in range(max(0, kept - self.capacity), kept):
            place = (known.count - kept + number) % self.capacity * RECORD_BYTES
            source = number * RECORD_BYTES
            self._buffer[place : place + RECORD_BYTES] = records[source : source + RECORD_BYTES]

    @property
    def full(self) -> bool:
        """Whether the next sample overwrites the oldest."""
        return self.count >= self.capacity

    @property
    def first(self) -> int:
        """The serial number of the oldest sample that is still kept."""
        return max(0, self.count - self.capacity)

    @property
    def began_at(self) -> float:
        """Unix seconds before which no sample ends."""
        return self._began_at

    @property
    def oldest_at(self) -> float | None:
        """Unix seconds at which the oldest kept sample ended; None of nothing."""
        return self.ended_at(self.first) if self.count else None

    @property
    def newest_at(self) -> float | None:
        """Unix seconds at which the newest kept sample ended; None of nothing."""
        return self.ended_at(self.count - 1) if self.count else None

    def get(self, serial: int) -> Record:
        """Return a kept sample by its serial number (0 is the first ever)."""
        return self._record(serial % self.capacity * RECORD_BYTES)

    def ended_at(self, serial: int) -> float:
        """Return the Unix seconds at which a kept sample ended, by its serial number."""
        (tick,) = _TICK.unpack_from(self._buffer, serial % self.capacity * RECORD_BYTES)
        return float(self._began_at + tick * TICK_S)

    def _record(self, offset: int) -> Record:
        tick, *rest = _RECORD.unpack_from(self._buffer, offset)
        return Record(self._began_at + tick * TICK_S, *rest)

    def _tick(self, at: float) -> int:
        return max(0, min(_LAST_TICK, int((at - self._began_at) / TICK_S)))

    def since(self, serial: int) -> Iterator[Record]:
        """Yield the kept samples from a serial number on, oldest first."""
        for number in range(max(serial, self.first), self.count):
            yield self.get(number)

    def records(self, first: int, end: int) -> bytes:
        """Return the kept samples with serial numbers from `first` to before `end`, as bytes."""
        first = max(first, self.first)
        count = min(max(0, end - first), self.capacity)
        size = RECORD_BYTES
        at = first % self.capacity * size
        part = bytes(self._buffer[at : at + count * size])
        return part + bytes(self._buffer[: count * size - len(part)])

    def first_after(self, at: float) -> int:
        """Return the serial number of the first kept sample that ended at or after `at`."""
        low, high, tick = self.first, self.count, self._tick(at)
        while low < high:
            middle = (low + high) // 2
            offset = middle % self.capacity * RECORD_BYTES
            (ended,) = _TICK.unpack_from(self._buffer, offset)
            if ended < tick:
                low = middle + 1
            else:
                high = middle
        return low


def check_handover(known: RingHandover, capacity: int) -> None:
    """Check what another process says that its ring holds.

    Args:
        known: Its samples.
        capacity: The most samples that are kept of them here.

    Raises:
        ValueError: It is no ring's handover.
    """
    records = known.records
    kept, rest = divmod(len(records), RECORD_BYTES)
    if rest or not min(known.count, capacity) <= kept <= known.count:
        message = f"{len(records)} bytes are no samples of {known.count}"
        raise ValueError(message)
    outcomes = {marks & OUTCOME_BITS for marks in set(records[_MARKS_AT::RECORD_BYTES])}
    if not outcomes <= _OUTCOMES:
        message = "a sample of an unknown outcome"
        raise ValueError(message)
    for offset in _FLOATS_AT:
        high = records[offset + 3 :: RECORD_BYTES], records[offset + 2 :: RECORD_BYTES]
        if not all(_is_figure(*pair) for pair in set(zip(*high, strict=True))):
            message = "a sample whose figures are out of bounds"
            raise ValueError(message)
    ticks = [tick for (tick,) in _ONLY_TICK.iter_unpack(records)]
    if ticks != sorted(ticks):
        message = "samples that are not in the order of time"
        raise ValueError(message)


def _is_figure(high: int, low: int) -> bool:
    """Return whether a float32 with these upper bytes is one of 0 to 1e11, or NaN."""
    return (high << 8 | low) <= _HIGHEST_FLOAT or (high, low) == _NAN_BYTES


def _float(value: float | None) -> float:
    return NAN if value is None else value


def _tokens(count: int | None) -> int:
    return _UNKNOWN if count is None else min(count, _MAX_VALUE)


def _outcome(sample: Sample) -> int:
    if sample.unmeasured:
        return STALE if sample.stale else STALLED
    if sample.cut_off:
        return CUT_OFF
    if sample.failure is not None:
        return _CODES.get(sample.failure.error_class, _CODES["protocol"])
    return CACHED if sample.cached is not None else OK


def _flags(sample: Sample) -> int:
    served = sample.served
    return (
        (_KERNEL if sample.clock == "kernel" else 0)
        | (_RETRIED if served.retries else 0)
        | (_FELL_BACK if served.fallbacks else 0)
    )


def _packed(sample: Sample, served: int) -> int:
    """Return what is kept in other than whole bytes; `Record` says where."""
    phases = sample.phases
    return (
        _PHASE.encode(phases.dns_ms)
        | _PHASE.encode(phases.connect_ms) << 9
        | _PHASE.encode(phases.tls_ms) << 18
        | _RATE.encode(sample.tok_s) << 27
        | _GAP.encode(sample.gap_ms) << 39
        | LATE.encode(sample.late_ms) << 51
        | served << 59
        | _ttft_is_bound(sample) << 63
    )


def _ttft_is_bound(sample: Sample) -> bool:
    slack_ms, ttft_ms = sample.ttft_slack_ms, sample.ttft_ms
    if slack_ms is None or ttft_ms is None:
        return False
    return slack_ms >= max(SLACK_MS, SLACK_SHARE * ttft_ms)
