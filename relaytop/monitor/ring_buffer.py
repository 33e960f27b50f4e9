"""A target's samples in fixed memory, the oldest overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor.handover import RingHandover
from relaytop.monitor.record import LAST_TICK, RECORD, RECORD_BYTES, TICK, TICK_S, Record, pack_into
from relaytop.monitor.ring_check import check_handover

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.probe.sample import Sample


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
        offset = self.count % self.capacity * RECORD_BYTES
        pack_into(self._buffer, offset, self._tick(sample.ended_at), sample, skipped, served)
        self.count += 1
        self.position = self._settle(offset)
        return self.get(self.position)

    def _settle(self, offset: int) -> int:
        """Move the newest sample to its place, where it ended before others; return its serial."""
        buffer, size = self._buffer, RECORD_BYTES
        (tick,) = TICK.unpack_from(buffer, offset)
        serial, made = self.count - 1, None
        while serial > self.first:
            before = (serial - 1) % self.capacity * size
            if TICK.unpack_from(buffer, before)[0] <= tick:
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
        (tick,) = TICK.unpack_from(self._buffer, serial % self.capacity * RECORD_BYTES)
        return float(self._began_at + tick * TICK_S)

    def _record(self, offset: int) -> Record:
        tick, *rest = RECORD.unpack_from(self._buffer, offset)
        return Record(self._began_at + tick * TICK_S, *rest)

    def _tick(self, at: float) -> int:
        return max(0, min(LAST_TICK, int((at - self._began_at) / TICK_S)))

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
            (ended,) = TICK.unpack_from(self._buffer, offset)
            if ended < tick:
                low = middle + 1
            else:
                high = middle
        return low
