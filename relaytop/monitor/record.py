"""A sample as it is kept: 32 bytes.

What is kept is rounded: moments to 10 ms; latency, TTFT and cost to float32; the wait by at most
0.03 %; the longest gap and the tokens a second by 0.4 %; dns, connect and tls by 3 %; the lateness
of reads by 7 %. More than 255 skips between two samples count as 255.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, NamedTuple

from relaytop.monitor.small_float import SmallFloat
from relaytop.wire.facts import ERROR_CLASSES

if TYPE_CHECKING:
    from relaytop.probe.sample import Sample

RECORD = struct.Struct("<IfffHHHBBQ")
"""Ticks, latency, TTFT, cost, wait, tokens in and out, skips, marks, and what is packed."""
RECORD_BYTES = RECORD.size
FLOATS_AT, MARKS_AT = (4, 8, 12), 23
"""Offsets of latency, TTFT and cost, and of the byte of the outcome."""
TICK = struct.Struct("<I")
TICK_S = 0.01
"""Moments are kept as whole ticks since the ring was made: 32 bits reach for 497 days."""
LAST_TICK = 0xFFFFFFFF
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
_CONNECTION = 0x7FFFFFF
"""The bits of dns, connect and tls in what is packed."""
MAX_SERVED = 15
"""The greatest number of what served a reply."""
_CODES = {name: code for code, name in enumerate(ERROR_CLASSES, 1)}
TIMEOUT = _CODES["timeout"]
OUTCOMES = frozenset({OK, STALE, CACHED, CUT_OFF, STALLED, *_CODES.values()})
SLACK_MS, SLACK_SHARE = 1.0, 0.05
"""A TTFT that may be too large by less of either counts as exact."""
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
    def connected(self) -> bool:
        """Whether it has any of the next three: it came over a connection of its own."""
        return self.packed & _CONNECTION > 0

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


def outcome_of(error_class: str) -> int:
    """Return the outcome of a failure of that class; of an unknown one, as of `protocol`."""
    return _CODES.get(error_class, _CODES["protocol"])


def error_class_of(outcome: int) -> str:
    """Return the error class of a failed record's outcome."""
    if outcome == CUT_OFF:
        return "gateway"
    return ERROR_CLASSES[outcome - 1]


def tokens_of(count: int) -> int | None:
    """Return a kept count of tokens; None where it was unknown."""
    return None if count == _UNKNOWN else count


def pack_into(
    buffer: bytearray, offset: int, tick: int, sample: Sample, skipped: int, served: int
) -> None:
    """Write a sample as it is kept.

    Args:
        buffer: Where to.
        offset: Of its first byte there.
        tick: When it ended, in ticks.
        sample: What a probe found.
        skipped: Probes that were skipped since the sample before.
        served: The number of what served it, at most `MAX_SERVED`; 0: it did not say.
    """
    usage = sample.usage
    RECORD.pack_into(
        buffer,
        offset,
        tick,
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
        return outcome_of(sample.failure.error_class)
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
