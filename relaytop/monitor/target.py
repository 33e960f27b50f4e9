"""Everything that is known of one target."""

from __future__ import annotations

import copy
import dataclasses
from typing import TYPE_CHECKING

from relaytop.engine.backoff import SLOW_CLASSES
from relaytop.monitor.error_groups import with_failure
from relaytop.monitor.handover import MAX_ERRORS, TargetFacts, TargetHandover
from relaytop.monitor.origin import served_counts, served_number
from relaytop.monitor.phases import PhaseMedians
from relaytop.monitor.recent_probes import BAD, FAILED, LATE, SLOW
from relaytop.monitor.ring_buffer import RingBuffer
from relaytop.monitor.server_timing import MAX_WAITS, medians_ms, wait_parts_ms
from relaytop.monitor.status import HANGS_P95, HANGS_S, StatusKeeper
from relaytop.monitor.summary import Distribution, LastError, Summary, Totals
from relaytop.monitor.threshold_test import ThresholdTest
from relaytop.monitor.time_bins import TimeBins
from relaytop.monitor.why import UNREACHABLE
from relaytop.monitor.window import RollingWindow
from relaytop.wire.served import compare_models

if TYPE_CHECKING:
    from relaytop.config.settings import Target, Window
    from relaytop.monitor.confidence import Confidence
    from relaytop.monitor.source import Bin
    from relaytop.monitor.summary import Clock
    from relaytop.probe.sample import Sample
    from relaytop.wire.served import ModelMatch

MAX_PACED = 1000
MAX_BINS = 4
"""Widths of bins that are read at once: table, chart, zoomed chart, one to spare."""
EARLIEST_S = 60.0
"""Before a target is added; one of its samples may have ended so long ago."""


class TargetMonitor:
    """One target's ring buffer, window, status and other facts.

    Args:
        target: What is probed.
        window: The window in force.
        history: Samples kept.
        now: Unix seconds.
    """

    def __init__(self, target: Target, window: Window, history: int, now: float) -> None:
        self.target = target
        self.ring = RingBuffer(history, now - EARLIEST_S)
        self.window = RollingWindow(self.ring, window, target.interval_s, target.timeout_s)
        self.facts = TargetFacts(status=StatusKeeper(now))
        self._interval_s = target.interval_s
        self.asked: str | None = target.model
        """The model that was asked for; None where that is a name of the user's own."""
        self.forgives = True
        """Whether an incident can be over while the window still holds it."""
        self._thresholds = ThresholdTest(self.ring, target.thresholds, 0)
        self._summary: Summary | None = None
        self._phases = PhaseMedians()
        self._bins: dict[tuple[float, int], TimeBins] = {}

    @property
    def interval_s(self) -> float:
        """The cadence in force, in seconds."""
        return self._interval_s

    def set_cadence(self, interval_s: float) -> None:
        """Note another cadence, or another deadline of the target."""
        self._interval_s = interval_s
        self.window.set_cadence(interval_s, self.target.timeout_s)
        self.invalidate()

    @property
    def status(self) -> StatusKeeper:
        """The status and how it came to be."""
        return self.facts.status

    def handover(self) -> TargetHandover:
        """Return all that is known, for another process to go on from."""
        facts = dataclasses.replace(
            self.facts,
            status=copy.deepcopy(self.facts.status),
            cache=dataclasses.replace(self.facts.cache),
            replaced=dataclasses.replace(self.facts.replaced),
            holds=copy.deepcopy(self.facts.holds),
        )
        return TargetHandover(self.target.id, self.ring.handover(), facts)

    def restore(self, known: TargetHandover, now: float) -> None:
        """Go on from what another process knew; the ring must have the same capacity."""
        self.ring.restore(known.ring)
        self.facts = known.facts
        self._bins.clear()
        self.change_window(self.window.window, now)

    def invalidate(self) -> None:
        """Forget the cached summary."""
        self._summary = None

    def count_cost(self, counted_usd: float) -> None:
        """Add what the budget counts for a probe, in USD."""
        self.facts.total_counted_usd += counted_usd

    def record(self, sample: Sample, now: float, running_since: float | None = None) -> bool:
        """Count a finished probe; return whether the status changed.

        Args:
            sample: What it found.
            now: Unix seconds.
            running_since: The beginning of the oldest probe that still hangs, Unix seconds.
        """
        facts = self.facts
        skipped = facts.skips_total - facts.skips_in_ring
        facts.skips_in_ring = facts.skips_total
        self.window.make_room()
        served = 0
        if sample.ok and not sample.from_cache:
            next_serial = self.ring.count
            oldest = max(0, next_serial - self.ring.capacity + 1)
            served = served_number(facts, sample.served.model, next_serial, oldest)
        self._thresholds.drop_before(self.window.span[0])
        disorder = self.ring.disorder
        record = self.ring.append(sample, skipped, served)
        if self.ring.disorder == disorder:
            self.window.add(record)
            self._thresholds.add(record)
            self._thresholds.drop_before(self.window.span[0])
        else:
            if self.ring.position < facts.judged_from:
                facts.judged_from += 1
            self.change_window(self.window.window, now)
        self.expire(now)
        facts.last_at = max(facts.last_at or sample.ended_at, sample.ended_at)
        facts.running_since = running_since
        facts.holds.record(sample)
        if sample.rate_limit is not None and not sample.from_cache:
            facts.rate_limit, facts.rate_limit_at = sample.rate_limit, sample.ended_at
        self.invalidate()
        if sample.unmeasured:
            return False
        if sample.from_cache:
            facts.total_cached += 1
            return facts.status.record_cached(measured=self.window.requests > 0, now=now)
        self._add_to_totals(sample)
        wait = wait_parts_ms(sample)
        if wait is not None:
            facts.wait_parts = (*facts.wait_parts, wait)[-MAX_WAITS:]
        failure = sample.failure
        if failure is not None:
            error = LastError(
                failure.error_class, sample.ended_at, failure.message, sample.request_id
            )
            facts.errors = (error, *facts.errors)[:MAX_ERRORS]
            facts.error_groups = with_failure(facts.error_groups, error)
        elif facts.hold_until is not None and facts.hold_until <= sample.sent_at:
            facts.hold_until = facts.hold_reason = None  # it was sent after the wait
        return self._judge(sample, now)

    def _judge(self, sample: Sample, now: float) -> bool:
        """Judge the status by a finished probe; return whether it changed."""
        status, failure = self.status, sample.failure
        hung = self.judge_hanging(now)
        open_before = status.open_incident is not None
        changed = status.record(
            self._mark(sample),
            self._thresholds.broken(status.broken, again=status.just_ended),
            now,
            latency_ms=sample.latency_ms if sample.ok else None,
            interval_s=self.interval_s,
            error_limit=self.target.thresholds.error_rate,
            lasting=failure is not None and failure.error_class in SLOW_CLASSES,
            forgives=self.forgives,
        )
        if self.forgives and open_before and status.open_incident is None:
            self._judge_from(self.ring.count)
        return changed or hung

    def _mark(self, sample: Sample) -> int:
        limits = self.target.thresholds
        if not sample.ok:
            return FAILED
        slow = _exceeds(sample.latency_ms, limits.p95_ms) or _exceeds(sample.gap_ms, limits.gap_ms)
        return SLOW * slow | LATE * _exceeds(sample.ttft_ms, limits.ttft_ms)

    def _judge_from(self, serial: int) -> None:
        """Judge the thresholds by the samples from a serial number on."""
        self.facts.judged_from = serial
        first = max(serial, self.window.span[0])
        self._thresholds = ThresholdTest(self.ring, self.target.thresholds, first)

    def _add_to_totals(self, sample: Sample) -> None:
        facts = self.facts
        facts.total_requests += 1
        facts.total_ok += sample.ok
        if sample.cost_usd is not None:
            facts.total_cost_usd = (facts.total_cost_usd or 0.0) + sample.cost_usd
            facts.price_source = sample.price_source
        elif sample.billed_usd is None:
            facts.total_unpriced = True

    def set_running(self, since: float | None) -> None:
        """Note the probe that is still hanging, by the Unix seconds of its beginning."""
        if since != self.facts.running_since:
            self.facts.running_since = since
            self.invalidate()

    def set_skips(self, total: int) -> int:
        """Note the engine's count of skips; return how many are new."""
        new = max(0, total - self.facts.skips_total)
        if new:
            self.facts.skips_total = total
            self.invalidate()
        return new

    def set_paced(self, total: int, now: float) -> None:
        """Note the engine's count of probes that `max_rpm` held back."""
        facts = self.facts
        new, facts.paced_total = total - facts.paced_total, total
        if new > 0:
            facts.paced = (*facts.paced, (now, new))[-MAX_PACED:]
            self.invalidate()

    @property
    def paced(self) -> int:
        """Probes that `max_rpm` held back over the window."""
        if not self.facts.paced:
            return 0
        began_at = self.window.began_at
        return sum(count for at, count in self.facts.paced if at >= began_at)

    def engine_lost(self) -> None:
        """Note that the engine has died, and with it the running probe and its counters."""
        facts = self.facts
        facts.running_since = None
        facts.skips_in_ring = facts.skips_total = facts.paced_total = 0
        self.invalidate()

    def forget_status(self, now: float) -> None:
        """Judge anew, by the probes from now on; what was sampled stays."""
        self.facts.status, self.facts.running_since = StatusKeeper(now), None
        self.invalidate()

    def change_window(self, window: Window, now: float) -> None:
        """Change to another window."""
        self.window.change(window, now)
        self._judge_from(self.facts.judged_from)
        self.invalidate()

    def set_unreachable(self, now: float, *, unreachable: bool) -> None:
        """Note whether anything is heard from its place; if not, what is known stays as it is."""
        if unreachable and not self.status.unreachable:
            self.status.unreachable_at = now
            self.engine_lost()
        self.status.unreachable = unreachable
        self.invalidate()

    def expire(self, now: float) -> None:
        """Let old samples leave the window; of what is not heard from, the last ones stay."""
        if self.status.unreachable:
            return
        if self.window.expire(now):
            self._thresholds.drop_before(self.window.span[0])
            self.invalidate()

    def judge_hanging(self, now: float) -> bool:
        """Note whether a probe hangs; return whether the status changed."""
        since, status = self.facts.running_since, self.status
        runs_s = 0.0 if since is None or status.paused else now - since
        hangs = runs_s > HANGS_S and runs_s > self.hangs_after_s
        before = status.hanging
        changed = status.note_hanging(now, hangs=hangs)
        if status.hanging != before:
            self.invalidate()
        return changed

    @property
    def hangs_after_s(self) -> float:
        """The time from which on a probe hangs, by how long they take lately."""
        p95_ms = self.window.latencies.percentile(0.95)
        return max(HANGS_S, HANGS_P95 * (p95_ms or 0.0) / 1000)

    @property
    def _is_masked(self) -> bool:
        """Whether its status is unknown for the answers from a cache."""
        status = self.status
        return status.status == "unknown" and (status.masked or status.cached > 0)

    @property
    def _reason(self) -> str | None:
        if self.status.unreachable:
            return UNREACHABLE
        if self.status.reason is not None:
            return self.status.reason
        if self._is_masked:
            return "cache"
        return "before_pause" if self.status.resumed else None

    @property
    def _clock(self) -> Clock | None:
        window = self.window
        if not window.ok:
            return None
        if window.kernel_stamped == window.ok:
            return "kernel"
        return "mixed" if window.kernel_stamped else "user"

    @property
    def _served_match(self) -> ModelMatch | None:
        if self.facts.replaced.active:
            return "different"
        if not self.window.ok or self.asked is None:
            return None
        return compare_models(self.asked, self.facts.served.model)

    def confidence(self) -> Confidence:
        """Return how sure the window's figures are, for a comparison with another one."""
        return self.window.confidence(self.target.timeout_s * 1000)

    def summary(self) -> Summary:
        """Return the summary, the same object until something changes."""
        if self._summary is None:
            self._summary = self._summarise()
        return self._summary

    def _summarise(self) -> Summary:
        window, target, facts = self.window, self.target, self.facts
        status = facts.status
        pending = facts.skips_total - facts.skips_in_ring
        skipped = window.skipped_waits(pending)
        return Summary(
            target=target.id,
            provider=target.provider,
            model=target.model,
            place=target.place,
            status=status.status,
            reason=self._reason,
            last_status=status.last_status,
            broken=status.broken_rules if status.status == "degraded" else (),
            since=status.shown_since,
            recovering_ok=None if status.paused else status.recovering,
            recent=len(status.recent.marks),
            recent_bad=status.recent.count(BAD),
            slower_by=status.slower_by,
            kept_of=window.kept_of(facts.last_at or 0.0, self._interval_s),
            requests=window.requests,
            ok=window.ok,
            skipped=window.skipped + pending,
            paced=self.paced,
            stale=window.stale,
            stalled_here=window.stalled_here,
            cached=window.cached,
            cache_sign=facts.cache_sign if window.cached else None,
            error_rate=window.error_rate,
            errors=window.errors,
            latency=window.latencies.distribution(window.timeouts, skipped),
            # A timeout may have had its first token, but a slow one must not look healthy.
            ttft=window.ttfts.distribution(window.timeouts, skipped)
            if len(window.ttfts)
            else Distribution(),
            ttft_bounds=window.ttft_bounds,
            gap=window.gaps.distribution(),
            late=window.lates.distribution(),
            clock=self._clock,
            served=served_counts(facts, window.served),
            served_match=self._served_match,
            served_last=facts.served,
            credit=facts.credit,
            relay_retries=window.retried,
            relay_fallbacks=window.fell_back,
            relay_rerouted_p50_ms=window.rerouted.percentile(0.5),
            phases_ms=self._phases.read_ms(window),
            phases_n=self._phases.counts,
            split_ms=medians_ms(facts.wait_parts),
            input_tokens=window.input_tokens if window.has_tokens else None,
            output_tokens=window.output_tokens if window.has_tokens else None,
            tok_s_n=len(window.rates),
            tok_s_p50=window.rates.percentile(0.5),
            cost_usd=window.cost_usd,
            cost_complete=window.cost_complete,
            price_source=facts.price_source,
            total=Totals(
                facts.total_requests,
                facts.total_ok,
                facts.total_cost_usd,
                not facts.total_unpriced,
                facts.total_counted_usd,
                facts.total_cached,
            ),
            last_error=facts.errors[0] if facts.errors else None,
            rate_limit=facts.rate_limit,
            rate_limit_at=facts.rate_limit_at,
            last_at=facts.last_at,
            running_since=facts.running_since,
            hold_until=facts.hold_until,
            hold_reason=facts.hold_reason,
            timeout_ms=target.timeout_s * 1000,
            interval_s=self.interval_s,
        )

    def bins(self, start: float, bin_s: float, n: int) -> list[Bin]:
        """Return `n` bins from `start` on; only those that may have changed are counted anew."""
        key = (bin_s, n)
        bins = self._bins.get(key)
        if bins is None:
            if len(self._bins) >= MAX_BINS:
                self._bins.pop(next(iter(self._bins)))
            bins = self._bins[key] = TimeBins(self.ring)
        return bins.read(start, bin_s, n)


def _exceeds(value: float | None, limit: float) -> bool:
    return value is not None and value > limit
