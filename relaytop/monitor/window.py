"""The rolling window over one target's ring: counts and sums kept as samples come and go."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from relaytop.monitor.confidence import Confidence, error_inflation, intervals
from relaytop.monitor.record import (
    CACHED,
    CUT_OFF,
    OK,
    STALE,
    STALLED,
    TIMEOUT,
    UNMEASURED,
    error_class_of,
    tokens_of,
)
from relaytop.monitor.skipped import SkippedWaits
from relaytop.monitor.sorted_window import SortedWindow

if TYPE_CHECKING:
    from relaytop.config.settings import Window
    from relaytop.monitor.record import Record
    from relaytop.monitor.ring_buffer import RingBuffer

TIMEOUTS = frozenset({TIMEOUT, CUT_OFF})
"""Outcomes of probes that would have taken longer than they were given."""
NANO = 1_000_000_000


class RollingWindow:
    """Counts and sums of the window's samples.

    Costs are summed as whole nano-dollars: sums of floats drift as samples come and go.

    Args:
        ring: Where the samples are.
        window: A time or a count.
        interval_s: The target's cadence, in seconds.
        timeout_s: The target's deadline, in seconds.
    """

    def __init__(
        self, ring: RingBuffer, window: Window, interval_s: float, timeout_s: float
    ) -> None:
        self._ring = ring
        self.window = window
        self._waits = SkippedWaits(interval_s * 1000, timeout_s * 1000)
        self._tail = ring.count
        self._reset()

    def _reset(self) -> None:
        self.latencies = SortedWindow()
        self.ttfts = SortedWindow()
        self.rates = SortedWindow()
        self.gaps = SortedWindow()
        self.lates = SortedWindow()
        """Of every probe, whatever came of it."""
        self.rerouted = SortedWindow()
        """Latencies of what the relay asked for again, or asked another for."""
        self.served: Counter[int] = Counter()
        """Number of what served → successful probes."""
        self.kernel_stamped = 0
        self.retried = 0
        self.fell_back = 0
        self.ttft_bounds = 0
        """TTFTs that may be too large by an amount that matters."""
        self.outcomes: Counter[int] = Counter()
        self.requests = 0
        self._waits = SkippedWaits(self._waits.interval_ms, self._waits.timeout_ms)
        self.input_tokens = 0
        self.output_tokens = 0
        self._token_samples = 0
        self._cost_nano = 0
        self._unpriced = 0
        self._priced = 0

    def change(self, window: Window, now: float) -> None:
        """Change to another window; the ring still has its samples."""
        self.window = window
        self._reset()
        self._tail = self._ring.count
        oldest = self._ring.first
        if window.seconds is not None:
            oldest = self._ring.first_after(now - window.seconds)
        elif window.count is not None:
            oldest = max(oldest, self._ring.count - window.count)
        self._tail = oldest
        for record in self._ring.since(oldest):
            self._count(record, 1)

    def add(self, record: Record) -> None:
        """Count the sample that was just appended to the ring."""
        self._count(record, 1)
        if self.window.count is not None:
            while self._ring.count - self._tail > self.window.count:
                self._drop()

    def make_room(self) -> None:
        """Drop the oldest sample where the ring is about to overwrite it."""
        if self._tail < self._ring.count and self._ring.full and self._tail == self._ring.first:
            self._drop()

    def expire(self, now: float) -> bool:
        """Drop what is older than the window; return whether anything was."""
        if self.window.seconds is None:
            return False
        edge, before = now - self.window.seconds, self._tail
        while self._tail < self._ring.count and self._ring.ended_at(self._tail) < edge:
            self._drop()
        return self._tail != before

    def _drop(self) -> None:
        self._count(self._ring.get(self._tail), -1)
        self._tail += 1

    def _count(self, record: Record, sign: int) -> None:
        outcome = record.outcome
        self.outcomes[outcome] += sign
        if record.skipped:
            self._waits.change(record.skipped, sign, ended=outcome not in TIMEOUTS)
        _change(self.lates, record.late_ms, sign)
        if outcome in UNMEASURED:
            return
        self.requests += sign
        read, made = tokens_of(record.input_tokens), tokens_of(record.output_tokens)
        if read is not None or made is not None:
            self._token_samples += sign
            self.input_tokens += sign * (read or 0)
            self.output_tokens += sign * (made or 0)
        if math.isnan(record.cost_usd):
            self._unpriced += sign
        elif outcome == OK or record.cost_usd > 0:
            self._cost_nano += sign * _nano(record.cost_usd)
            self._priced += sign
        if outcome == OK:
            self._count_success(record, sign)

    def _count_success(self, record: Record, sign: int) -> None:
        _change(self.latencies, record.latency_ms, sign)
        _change(self.ttfts, record.ttft_ms, sign)
        _change(self.rates, record.tok_s, sign)
        _change(self.gaps, record.gap_ms, sign)
        self.kernel_stamped += sign * record.kernel_stamped
        self.retried += sign * record.retried
        self.fell_back += sign * record.fell_back
        self.ttft_bounds += sign * record.ttft_is_bound
        if record.retried or record.fell_back:
            _change(self.rerouted, record.latency_ms, sign)
        if record.served:
            self.served[record.served] += sign

    # ── what is read ─────────────────────────────────────────────────────────

    @property
    def began_at(self) -> float:
        """Unix seconds at which the oldest sample in it ended; 0 without one."""
        return self._ring.ended_at(self._tail) if self._tail < self._ring.count else 0.0

    def kept_of(self, now: float, interval_s: float) -> tuple[int, int] | None:
        """Return (samples kept, samples due) where the ring holds less than the window; else None.

        Args:
            now: Unix seconds.
            interval_s: The target's cadence, in seconds.
        """
        ring, seconds = self._ring, self.window.seconds
        if not ring.full:
            return None
        if seconds is None:
            wanted = self.window.count or 0
            return (ring.capacity, wanted) if wanted > ring.capacity else None
        if ring.ended_at(ring.first) <= now - seconds + interval_s:
            return None
        return ring.capacity, max(ring.capacity + 1, round(seconds / interval_s))

    @property
    def ok(self) -> int:
        """Successful probes."""
        return self.outcomes[OK]

    @property
    def stale(self) -> int:
        """Reused connections that were dead; outside the error rate."""
        return self.outcomes[STALE]

    @property
    def stalled_here(self) -> int:
        """Probes during which this process did not run; outside the error rate."""
        return self.outcomes[STALLED]

    @property
    def cached(self) -> int:
        """Answers from a cache; in no rate, percentile or cost."""
        return self.outcomes[CACHED]

    @property
    def timeouts(self) -> int:
        """Probes that the deadline cut off, or a gateway's: they rank above all that succeeded."""
        return sum(self.outcomes[outcome] for outcome in TIMEOUTS)

    @property
    def skipped(self) -> int:
        """Probes that were due and not sent."""
        return len(self._waits)

    def set_cadence(self, interval_s: float, timeout_s: float) -> None:
        """Change the cadence and the deadline, in seconds."""
        self._waits.interval_ms, self._waits.timeout_ms = interval_s * 1000, timeout_s * 1000

    def skipped_waits(self, pending: int) -> SkippedWaits | None:
        """Return what skipped probes would have waited; None where none was skipped.

        Args:
            pending: Skipped since the newest sample: their stall has not ended.
        """
        if not pending:
            return self._waits if len(self._waits) else None
        waits = self._waits.copy()
        waits.change(pending, 1, ended=False)
        return waits

    @property
    def error_rate(self) -> float | None:
        """Failed of all, 0 to 1; None of nothing."""
        return (self.requests - self.ok) / self.requests if self.requests else None

    @property
    def errors(self) -> dict[str, int]:
        """Error class → count."""
        found: Counter[str] = Counter()
        for code, count in sorted(self.outcomes.items()):
            if count and code not in {OK, *UNMEASURED}:
                found[error_class_of(code)] += count
        return dict(found)

    @property
    def cost_usd(self) -> float | None:
        """The cost of the window's probes, as far as it is known; None where it is of none."""
        return self._cost_nano / NANO if self._priced else None

    @property
    def cost_complete(self) -> bool:
        """Whether the cost of every probe is known; if not, `cost_usd` is a lower bound."""
        return not self._unpriced

    @property
    def has_tokens(self) -> bool:
        """Whether any reply held its usage."""
        return self._token_samples > 0

    @property
    def span(self) -> tuple[int, int]:
        """The serial numbers of its oldest sample and of the one after its newest."""
        return self._tail, self._ring.count

    def confidence(self, timeout_ms: float) -> Confidence:
        """Return how sure the figures are, from all samples in the order of time."""
        latencies: list[float | None] = []
        ttfts: list[float | None] = []
        failed: list[bool] = []
        for record in self._ring.since(self._tail):
            if record.outcome in UNMEASURED:
                continue
            failed.append(record.outcome != OK)
            if record.outcome in TIMEOUTS:
                latencies.append(None)
                ttfts.append(None)
            elif record.outcome == OK:
                latencies.append(record.latency_ms)
                if not math.isnan(record.ttft_ms):
                    ttfts.append(record.ttft_ms)
        return Confidence(
            latency=intervals(latencies, timeout_ms),
            ttft=intervals(ttfts, timeout_ms) if len(self.ttfts) else {},
            error_vif=error_inflation(failed),
        )

    def newest(self, count: int) -> list[Record]:
        """Return the window's newest samples, at most `count`, oldest first."""
        return list(self._ring.since(max(self._tail, self._ring.count - count)))


def _change(values: SortedWindow, value: float, sign: int) -> None:
    """Add a value, or remove it where `sign` is negative; NaN is none."""
    if math.isnan(value):
        return
    if sign > 0:
        values.add(value)
    else:
        values.remove(value)


def _nano(cost_usd: float) -> int:
    """Return nano-dollars of a cost as the ring kept it: what its 24 bits cannot carry is noise."""
    return round(float(f"{cost_usd:.7g}") * NANO)
