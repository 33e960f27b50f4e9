"""Counters of one target since the start: no window bounds them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from relaytop.monitor.origin import MAX_MODELS, OTHER
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.probe.sample import Sample

SHORTEST_S, LONGEST_S, STEPS = 0.01, 82.0, 40
BUCKETS_S = tuple(
    float(f"{SHORTEST_S * (LONGEST_S / SHORTEST_S) ** (step / STEPS):.3g}")
    for step in range(STEPS + 1)
)
"""The upper bounds of a target's histograms, seconds: each 1.25 × the one before, so that a
percentile computed from them is off by a few percent. Rounded to three digits, so that `le` is
written alike by every version and on every machine."""
MAX_THRESHOLDS = 8
"""The last thresholds of a histogram that remain bounds."""
LATE_BUCKETS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Those of the lateness of reads."""


class Histogram:
    """Counts by bucket, and the sum; they only grow.

    Args:
        bounds_s: The buckets' upper bounds, seconds.
    """

    def __init__(self, bounds_s: Sequence[float] = BUCKETS_S) -> None:
        self.bounds_s = list(bounds_s)
        self._counts = [0] * (len(bounds_s) + 1)
        self._thresholds_s: list[float] = []
        self.sum_s = 0.0

    def observe(self, value_ms: float) -> None:
        """Count a time in milliseconds."""
        value_s = value_ms / 1000
        self._counts[bisect_left(self.bounds_s, value_s)] += 1
        self.sum_s += value_s

    def set_threshold(self, threshold_ms: float) -> None:
        """Make a threshold a bound too: whether a percentile lies above it is exact from then on.

        What was counted before, in the bucket that the new bound divides, counts as above it: no
        count falls, and rates over the time after the change are exact. The earlier thresholds
        remain bounds, so that one that comes back does not look like a restart.
        """
        bound_s = threshold_ms / 1000
        if bound_s in self._thresholds_s:
            self._thresholds_s.remove(bound_s)
        elif bound_s not in self.bounds_s:
            index = bisect_left(self.bounds_s, bound_s)
            self.bounds_s.insert(index, bound_s)
            self._counts.insert(index, 0)
        else:
            return
        self._thresholds_s.append(bound_s)
        if len(self._thresholds_s) > MAX_THRESHOLDS:
            index = self.bounds_s.index(self._thresholds_s.pop(0))
            del self.bounds_s[index]
            count = self._counts.pop(index)
            self._counts[index] += count

    @property
    def cumulative(self) -> list[int]:
        """Counts of what lay within each bound, and last the count of all."""
        return list(accumulate(self._counts))


class TargetCounters:
    """One target's counters; they only grow."""

    def __init__(self) -> None:
        self.ok = 0
        self.errors: Counter[str] = Counter()
        """Error class → failed probes."""
        self.latency = Histogram()
        self.ttft = Histogram()
        self.gap = Histogram()
        self.cached = 0
        self.served: Counter[str] = Counter()
        """Model that replies named → good replies."""
        self.tokens: dict[str, int] = {}
        """`prompt` and `completion` → tokens; those that no reply counts are left out."""
        self.cost_usd: float | None = None
        """Of the probes whose cost is known; None where none is."""
        self.skipped = 0
        self.last_success_at: float | None = None
        """Unix seconds."""
        self._skipped_total = 0

    def set_thresholds(self, thresholds: Thresholds) -> None:
        """Make a target's thresholds bounds of its histograms."""
        self.latency.set_threshold(thresholds.p95_ms)
        self.ttft.set_threshold(thresholds.ttft_ms)
        self.gap.set_threshold(thresholds.gap_ms)

    def count(self, sample: Sample) -> None:
        """Count a finished probe; what says nothing of the model counts apart, or not at all."""
        if sample.unmeasured:
            return
        if sample.from_cache:
            self.cached += 1
            return
        if sample.failure is not None:
            self.errors[sample.failure.error_class] += 1
        else:
            self.ok += 1
            self.last_success_at = sample.ended_at
            if sample.latency_ms is not None:
                self.latency.observe(sample.latency_ms)
            if sample.ttft_ms is not None:
                self.ttft.observe(sample.ttft_ms)
            if sample.gap_ms is not None:
                self.gap.observe(sample.gap_ms)
            self._count_served(sample.served.model)
        if sample.usage is not None:
            self._count_tokens("prompt", sample.usage.input_tokens)
            self._count_tokens("completion", sample.usage.output_tokens)
        if sample.cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + sample.cost_usd

    def _count_served(self, model: str | None) -> None:
        if model is None:
            return
        name = clean(model)
        known = name in self.served or len(self.served) < MAX_MODELS
        self.served[name if known else OTHER] += 1

    def _count_tokens(self, kind: str, tokens: int | None) -> None:
        if tokens is not None:
            self.tokens[kind] = self.tokens.get(kind, 0) + tokens

    def count_skipped(self, total: int) -> None:
        """Add what an engine's own total of skipped probes grew by; another engine begins at 0."""
        self.skipped += max(0, total - self._skipped_total)
        self._skipped_total = total
