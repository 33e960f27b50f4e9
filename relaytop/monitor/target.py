"""Everything that is known of one target."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from relaytop.engine.backoff import SLOW_CLASSES
from relaytop.monitor.handover import TargetHandover
from relaytop.monitor.phases import Phases
from relaytop.monitor.ring_buffer import Ring
from relaytop.monitor.server_timing import ServerTiming
from relaytop.monitor.status import StatusKeeper
from relaytop.monitor.summary import LastError, Summary, Totals
from relaytop.monitor.time_bins import Bins
from relaytop.monitor.window import RollingWindow

if TYPE_CHECKING:
    from relaytop.config.settings import Target, Window
    from relaytop.monitor.source import Bin
    from relaytop.probe.sample import Sample
    from relaytop.wire.facts import RateLimit

ERRORS_KEPT = 20
PACED_KEPT = 1000


class TargetMonitor:
    """One target's ring, window, status and last words.

    Args:
        target: What is probed.
        window: The window in force.
        history: Samples kept.
        now: Unix seconds.
    """

    def __init__(self, target: Target, window: Window, history: int, now: float) -> None:
        self.target = target
        self.ring = Ring(history, now - 60.0)
        self.window = RollingWindow(self.ring, window)
        self.status = StatusKeeper(now)
        self.errors: deque[LastError] = deque(maxlen=ERRORS_KEPT)
        self.interval_s = target.interval_s
        self.last_at: float | None = None
        self.running_since: float | None = None
        self.hold_until: float | None = None
        self.hold_reason: str | None = None
        self._rate_limit: RateLimit | None = None
        self._rate_limit_at: float | None = None
        self._skips_seen = 0
        self._skips_total = 0
        self._paced_total = 0
        self._paced: deque[tuple[float, int]] = deque(maxlen=PACED_KEPT)
        self._total = [0, 0]
        self._total_cost: float | None = None
        self._total_unpriced = False
        self._price_source: str | None = None
        self._cached: tuple[int, Summary] | None = None
        self._version = 0
        self._split = ServerTiming()
        self._phases = Phases()
        self._bins: dict[tuple[float, int], Bins] = {}

    def past(self) -> TargetHandover:
        """Return all that is known, for another process to go on from."""
        return TargetHandover(
            target=self.target.id,
            ring=self.ring.past(),
            status=self.status.past(),
            errors=tuple(self.errors),
            split=self._split.past(),
            last_at=self.last_at,
            running_since=self.running_since,
            hold_until=self.hold_until,
            hold_reason=self.hold_reason,
            rate_limit=self._rate_limit,
            rate_limit_at=self._rate_limit_at,
            skips_seen=self._skips_seen,
            skips_total=self._skips_total,
            paced_total=self._paced_total,
            paced=tuple(self._paced),
            total=(self._total[0], self._total[1]),
            total_cost_usd=self._total_cost,
            total_unpriced=self._total_unpriced,
            price_source=self._price_source,
        )

    def restore(self, past: TargetHandover, now: float) -> None:
        """Go on from what another process knew; the ring must have the same capacity."""
        self.ring.restore(past.ring)
        self.status.restore(past.status)
        self.errors = deque(past.errors, maxlen=ERRORS_KEPT)
        self._split.restore(past.split)
        self.last_at = past.last_at
        self.running_since = past.running_since
        self.hold_until, self.hold_reason = past.hold_until, past.hold_reason
        self._rate_limit, self._rate_limit_at = past.rate_limit, past.rate_limit_at
        self._skips_seen, self._skips_total = past.skips_seen, past.skips_total
        self._paced_total = past.paced_total
        self._paced = deque(past.paced, maxlen=PACED_KEPT)
        self._total = list(past.total)
        self._total_cost, self._total_unpriced = past.total_cost_usd, past.total_unpriced
        self._price_source = past.price_source
        self._bins.clear()
        self.change_window(self.window.window, now)

    def touch(self) -> None:
        """Forget the cached summary."""
        self._version += 1

    def take(self, sample: Sample, now: float) -> bool:
        """Take a finished probe; whether the status changed."""
        skipped = self._skips_total - self._skips_seen
        self._skips_seen = self._skips_total
        self.window.make_room()
        record = self.ring.append(sample, skipped)
        self.window.add(record)
        self.window.expire(now)
        self.last_at = sample.ended_at
        self.running_since = None
        if sample.rate_limit is not None:
            self._rate_limit, self._rate_limit_at = sample.rate_limit, sample.ended_at
        self.touch()
        if sample.stale:
            return False
        self._totals(sample)
        self._split.take(sample)
        if sample.failure is not None:
            failure = sample.failure
            self.errors.appendleft(
                LastError(failure.error_class, sample.ended_at, failure.message, sample.request_id)
            )
        else:
            self.hold_until = self.hold_reason = None
        return self.status.finished(
            ok=sample.ok,
            broken=bool(self.broken),
            samples=self.window.requests,
            now=now,
            lasting=sample.failure is not None and sample.failure.error_class in SLOW_CLASSES,
        )

    def _totals(self, sample: Sample) -> None:
        self._total[0] += 1
        self._total[1] += sample.ok
        if sample.cost_usd is not None:
            self._total_cost = (self._total_cost or 0.0) + sample.cost_usd
            self._price_source = sample.price_source
        elif sample.billed_usd is None:
            self._total_unpriced = True

    def skipped(self, total: int) -> int:
        """Take the engine's count of skips; return how many are new."""
        new = max(0, total - self._skips_total)
        if new:
            self._skips_total = total
            self.touch()
        return new

    def set_paced(self, total: int, now: float) -> None:
        """Take the engine's count of probes that `max_rpm` held back."""
        new, self._paced_total = total - self._paced_total, total
        if new > 0:
            self._paced.append((now, new))
            self.touch()

    @property
    def paced(self) -> int:
        """Probes that `max_rpm` held back over the window."""
        began_at = self.window.began_at
        return sum(count for at, count in self._paced if at >= began_at)

    def engine_lost(self) -> None:
        """The engine is gone, and with it the running probe and its counters."""
        self.running_since = None
        self._skips_seen = self._skips_total = self._paced_total = 0
        self.touch()

    def change_window(self, window: Window, now: float) -> None:
        """Take another window."""
        self.window.change(window, now)
        self.touch()

    def expire(self, now: float) -> bool:
        """Let old samples leave the window; whether the status changed."""
        if not self.window.expire(now):
            return False
        self.touch()
        return self.status.expired(broken=bool(self.broken), samples=self.window.requests, now=now)

    @property
    def broken(self) -> tuple[str, ...]:
        """The thresholds that are broken over the window."""
        limits = self.target.thresholds
        window = self.window
        timeouts, latencies = window.timeouts, window.latencies
        p95 = latencies.percentile(0.95)
        total = len(latencies) + timeouts
        cut = timeouts > 0.05 * total if timeouts else False
        firsts = len(window.ttfts)
        no_first = firsts > 0 and timeouts > 0.5 * (firsts + timeouts)
        ttft = window.ttfts.percentile(0.5)
        rate = window.error_rate
        found = []
        if cut or (p95 is not None and p95 > limits.p95_ms):
            found.append("p95")
        if no_first or (ttft is not None and ttft > limits.ttft_ms):
            found.append("ttft")
        if rate is not None and rate > limits.error_rate:
            found.append("error_rate")
        return tuple(found)

    def summary(self) -> Summary:
        """Return the summary, the same object until something changes."""
        if self._cached is not None and self._cached[0] == self._version:
            return self._cached[1]
        made = self._summary()
        self._cached = (self._version, made)
        return made

    def _summary(self) -> Summary:
        window, target, status = self.window, self.target, self.status
        pending = self._skips_total - self._skips_seen
        return Summary(
            target=target.id,
            provider=target.provider,
            model=target.model,
            status=status.status,
            reason=status.reason,
            broken=self.broken if status.status == "degraded" else (),
            since=status.since,
            requests=window.requests,
            ok=window.ok,
            skipped=window.skipped + pending,
            paced=self.paced,
            stale=window.stale,
            error_rate=window.error_rate,
            errors=window.errors,
            latency=window.latencies.distribution(window.timeouts),
            # A timeout may have had its first token, but a slow one must not look healthy.
            ttft=window.ttfts.distribution(window.timeouts if len(window.ttfts) else 0),
            phases_ms=self._phases.medians_ms(window),
            split_ms=self._split.medians_ms(),
            input_tokens=window.input_tokens if window.has_tokens else None,
            output_tokens=window.output_tokens if window.has_tokens else None,
            tok_s_n=len(window.rates),
            tok_s_p50=window.rates.percentile(0.5),
            cost_usd=window.cost_usd,
            price_source=self._price_source,
            total=Totals(
                self._total[0],
                self._total[1],
                None if self._total_unpriced else self._total_cost,
            ),
            last_error=self.errors[0] if self.errors else None,
            rate_limit=self._rate_limit,
            rate_limit_at=self._rate_limit_at,
            last_at=self.last_at,
            running_since=self.running_since,
            hold_until=self.hold_until,
            hold_reason=self.hold_reason,
            timeout_ms=target.timeout_s * 1000,
            interval_s=self.interval_s,
        )

    def bins(self, start: float, bin_s: float, n: int) -> list[Bin]:
        """Return `n` bins from `start` on; only those that may have changed are counted anew."""
        key = (bin_s, n)
        kept = self._bins.get(key)
        if kept is None:
            if len(self._bins) >= 4:  # noqa: PLR2004 - table, chart, zoomed chart, one to spare
                self._bins.pop(next(iter(self._bins)))
            kept = self._bins[key] = Bins(self.ring)
        return kept.read(start, bin_s, n)
