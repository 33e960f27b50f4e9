"""The metrics: counters since the start, and gauges of what the monitor knows now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.registry import Collector

from relaytop.config.steady_clock import STEADY
from relaytop.export.counters import LATE_BUCKETS_S, Histogram, TargetCounters
from relaytop.protocol.messages import Budget, Finished, Pulse
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from prometheus_client.core import Metric

    from relaytop.alerts.alert import Alert
    from relaytop.config.settings import Thresholds
    from relaytop.monitor.source import Source
    from relaytop.monitor.summary import Summary
    from relaytop.protocol.messages import Report

OF_TARGET = ("provider", "model")
UP = {"up": 1, "degraded": 1, "down": 0}


class Metrics(Collector):
    """Counts what the engine reports, and shows it with what `source` knows.

    A target that `source` has no more is shown no more; what is unknown has no sample.

    Args:
        source: Names the targets; its summaries become the gauges.
        probing: Whether an engine is at work.
        thresholds: Target id → its thresholds, as they are in force.
        firing: The alerts that fire now.
    """

    def __init__(
        self,
        source: Source,
        probing: Callable[[], bool],
        thresholds: Callable[[], Mapping[str, Thresholds]],
        firing: Callable[[], Sequence[Alert]],
    ) -> None:
        self._firing = firing
        self._source = source
        self._probing = probing
        self._thresholds = thresholds
        self._counters: dict[str, TargetCounters] = {}
        self._applied: dict[str, Thresholds] = {}
        self._labels: dict[str, tuple[str, str]] = {}
        self._late = Histogram(LATE_BUCKETS_S)
        self._budget: Budget | None = None
        self._dropped = self._dropped_seen = 0

    def count(self, reports: Iterable[Report]) -> None:
        """Count a batch of the engine's reports."""
        self._apply_thresholds()
        for report in reports:
            match report:
                case Finished(sample):
                    self._counters_of(sample.target).count(sample)
                    if sample.late_ms is not None:
                        self._late.observe(sample.late_ms)
                case Pulse():
                    self._count_pulse(report)
                case Budget():
                    self._budget = report
                case _:
                    continue

    def _count_pulse(self, pulse: Pulse) -> None:
        for name, counters in self._counters.items():
            counters.count_skipped(pulse.skipped.get(name, 0))
        for name in pulse.skipped.keys() - self._counters.keys():
            self._counters_of(name).count_skipped(pulse.skipped[name])
        self._dropped += max(0, pulse.dropped - self._dropped_seen)
        self._dropped_seen = pulse.dropped

    def _apply_thresholds(self) -> None:
        thresholds = self._thresholds()
        if thresholds != self._applied:
            self._applied = dict(thresholds)
            for name, counters in self._counters.items():
                if name in thresholds:
                    counters.set_thresholds(thresholds[name])

    def _counters_of(self, name: str) -> TargetCounters:
        counters = self._counters.get(name)
        if counters is None:
            counters = self._counters[name] = TargetCounters()
            if name in self._applied:
                counters.set_thresholds(self._applied[name])
        return counters

    def collect(self) -> Iterator[Metric]:
        """Yield every metric as it stands."""
        self._apply_thresholds()
        now = STEADY()
        summaries = [self._source.summary(name, now) for name in self._source.targets()]
        known = {summary.target for summary in summaries}
        self._counters = {n: c for n, c in self._counters.items() if n in known}
        self._labels = _labels(summaries)
        yield from self._counter_families(summaries)
        yield from self._histogram_families(summaries)
        yield from self._gauge_families(summaries)
        yield _credit(summaries)
        yield self._alerts()
        yield from self._own_metrics()

    def _labelled(self, summary: Summary) -> tuple[tuple[str, str], TargetCounters]:
        return self._labels[summary.target], self._counters_of(summary.target)

    def _counter_families(self, summaries: Sequence[Summary]) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "ai_api_requests", "Finished probes.", labels=(*OF_TARGET, "status")
        )
        errors = CounterMetricFamily(
            "ai_api_errors", "Failed probes by error class.", labels=(*OF_TARGET, "class")
        )
        tokens = CounterMetricFamily(
            "ai_api_tokens_used", "Tokens reported in replies.", labels=(*OF_TARGET, "type")
        )
        cost = CounterMetricFamily(
            "ai_api_cost_usd", "Cost of probes, where known.", labels=OF_TARGET
        )
        cached = CounterMetricFamily(
            "ai_api_cached", "Cached replies, not counted as requests.", labels=OF_TARGET
        )
        served = CounterMetricFamily(
            "ai_api_served",
            "Successful replies by the model they name.",
            labels=(*OF_TARGET, "served"),
        )
        skipped = CounterMetricFamily(
            "relaytop_probes_skipped",
            "Due probes not sent because too many were still in flight.",
            labels=OF_TARGET,
        )
        for labels, counters in map(self._labelled, summaries):
            requests.add_metric((*labels, "success"), counters.ok)
            requests.add_metric((*labels, "error"), counters.errors.total())
            for name, count in sorted(counters.errors.items()):
                errors.add_metric((*labels, name), count)
            for kind, count in counters.tokens.items():
                tokens.add_metric((*labels, kind), count)
            if counters.cost_usd is not None:
                cost.add_metric(labels, counters.cost_usd)
            cached.add_metric(labels, counters.cached)
            for model, count in sorted(counters.served.items()):
                served.add_metric((*labels, model), count)
            skipped.add_metric(labels, counters.skipped)
        yield from (requests, errors, tokens, cost, cached, served, skipped)

    def _histogram_families(self, summaries: Sequence[Summary]) -> Iterator[Metric]:
        latency = HistogramMetricFamily(
            "ai_api_request_latency_seconds",
            "Request sent to last byte of the reply, successful probes only.",
            labels=OF_TARGET,
        )
        ttft = HistogramMetricFamily(
            "ai_api_time_to_first_token_seconds",
            "Request sent to first token, successful streamed probes only.",
            labels=OF_TARGET,
        )
        gap = HistogramMetricFamily(
            "ai_api_stream_gap_seconds",
            "Longest gap between two chunks of a stream, successful probes only.",
            labels=OF_TARGET,
        )
        late = HistogramMetricFamily(
            "relaytop_read_lateness_seconds",
            "Time from arrival to read, longest per probe: how busy this host is.",
            buckets=_buckets(self._late),
            sum_value=self._late.sum_s,
        )
        for labels, counters in map(self._labelled, summaries):
            gap.add_metric(labels, _buckets(counters.gap), counters.gap.sum_s)
            latency.add_metric(labels, _buckets(counters.latency), counters.latency.sum_s)
            ttft.add_metric(labels, _buckets(counters.ttft), counters.ttft.sum_s)
        yield from (latency, ttft, gap, late)

    def _gauge_families(self, summaries: Sequence[Summary]) -> Iterator[Metric]:
        rate = GaugeMetricFamily(
            "ai_api_error_rate", "Share of failed probes in the window, 0 to 1.", labels=OF_TARGET
        )
        remaining = GaugeMetricFamily(
            "ai_api_rate_limit_remaining",
            "Remaining rate limit, from the last reply.",
            labels=(*OF_TARGET, "kind"),
        )
        limit = GaugeMetricFamily(
            "ai_api_rate_limit", "Rate limit, from the last reply.", labels=(*OF_TARGET, "kind")
        )
        up = GaugeMetricFamily(
            "ai_api_up", "1: up or degraded; 0: the last three probes failed.", labels=OF_TARGET
        )
        success = GaugeMetricFamily(
            "ai_api_last_success_timestamp_seconds",
            "Time of the last successful reply.",
            labels=OF_TARGET,
        )
        for summary in summaries:
            labels, counters = self._labelled(summary)
            if summary.error_rate is not None:
                rate.add_metric(labels, summary.error_rate)
            for kind, limits in summary.rate_limit.known if summary.rate_limit else ():
                if limits.remaining is not None:
                    remaining.add_metric((*labels, kind), limits.remaining)
                if limits.limit is not None:
                    limit.add_metric((*labels, kind), limits.limit)
            if summary.status in UP:
                up.add_metric(labels, UP[summary.status])
            if counters.last_success_at is not None:
                success.add_metric(labels, STEADY.to_wall(counters.last_success_at))
        yield from (rate, remaining, limit, up, success)

    def _alerts(self) -> Metric:
        """Return what fires; without a model it is of a whole provider, without either of us."""
        firing = GaugeMetricFamily(
            "relaytop_alert_firing",
            "1 while an alert fires, acknowledged or snoozed or not.",
            labels=("alert", *OF_TARGET),
        )
        for alert in self._firing():
            of_target = self._labels.get(alert.key, (clean(alert.provider), ""))
            firing.add_metric((clean(alert.why), *of_target), 1)
        return firing

    def _own_metrics(self) -> Iterator[Metric]:
        if self._budget is not None:
            yield GaugeMetricFamily(
                "relaytop_budget_usd", "Today's budget (UTC).", value=self._budget.budget_usd
            )
            yield GaugeMetricFamily(
                "relaytop_budget_spent_usd",
                "Spent today (UTC) by all processes of this user, at assumed prices where unknown.",
                value=self._budget.spent_usd,
            )
        yield CounterMetricFamily(
            "relaytop_reports_dropped",
            "Probes missing from these counters because they were not read in time.",
            value=self._dropped,
        )
        yield GaugeMetricFamily(
            "relaytop_engine_up", "Whether probes are being sent.", value=int(self._probing())
        )


def _credit(summaries: Sequence[Summary]) -> Metric:
    """Return what is left at each provider that tells it."""
    remaining = GaugeMetricFamily(
        "ai_api_credit_remaining",
        "Credit left at a provider by its own account: the smaller of key limit and balance.",
        labels=("provider", "unit"),
    )
    newest = {s.provider: s.credit for s in summaries if s.credit is not None}
    for provider, credit in newest.items():
        if credit.remaining is not None:
            remaining.add_metric((clean(provider), clean(credit.unit)), credit.remaining)
    return remaining


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    bounds = (*map(str, histogram.bounds_s), "+Inf")
    return list(zip(bounds, map(float, histogram.cumulative), strict=True))


def _labels(summaries: Sequence[Summary]) -> dict[str, tuple[str, str]]:
    """Return target → its labels, without control characters, and no two alike."""
    found: dict[str, tuple[str, str]] = {}
    taken: set[tuple[str, str]] = set()
    for summary in summaries:
        provider, model = clean(summary.provider), clean(summary.model)
        labels, number = (provider, model), 1
        while labels in taken:
            number += 1
            labels = (provider, f"{model} ({number})")
        taken.add(labels)
        found[summary.target] = labels
    return found
