"""The check of what another process says that its ring holds."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from relaytop.monitor.record import FLOATS_AT, MARKS_AT, OUTCOME_BITS, OUTCOMES, RECORD_BYTES

if TYPE_CHECKING:
    from relaytop.monitor.handover import RingHandover

_ONLY_TICK = struct.Struct(f"<I{RECORD_BYTES - 4}x")
_HIGHEST_FLOAT, _NAN_BYTES = 0x51BA, (0x7F, 0xC0)
"""The upper two bytes of 1e11 as a float32, and of NaN."""


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
        message = f"{len(records)} bytes are not samples of {known.count}"
        raise ValueError(message)
    outcomes = {marks & OUTCOME_BITS for marks in set(records[MARKS_AT::RECORD_BYTES])}
    if not outcomes <= OUTCOMES:
        message = "a sample of an unknown outcome"
        raise ValueError(message)
    for offset in FLOATS_AT:
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
