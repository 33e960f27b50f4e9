"""The histograms: GenAI's of all probes, and relaytop's own, each sample recorded once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.export.counters import BUCKETS_S, LATE_BUCKETS_S
from relaytop.export.otlp.gen_ai import (
    DURATION,
    FIRST_CHUNK,
    SECONDS,
    TOKEN_COUNTS,
    TOKENS,
    Attribute,
    target_attributes,
)
from relaytop.monitor.origin import MAX_MODELS, OTHER
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.metrics import Histogram, Meter

    from relaytop.config.settings import Settings
    from relaytop.probe.sample import Sample


class Instruments:
    """Records finished probes.

    Args:
        meter: Makes the instruments.
        settings: What is watched, as it is in force.
    """

    def __init__(self, meter: Meter, settings: Callable[[], Settings]) -> None:
        def histogram(name: str, unit: str, what: str, bounds: Sequence[float]) -> Histogram:
            return meter.create_histogram(
                name, unit, what, explicit_bucket_boundaries_advisory=[*bounds]
            )

        self._duration = histogram(DURATION, "s", "GenAI operation duration.", SECONDS)
        self._first = histogram(FIRST_CHUNK, "s", "Time to receive the first chunk.", SECONDS)
        self._tokens = histogram(
            TOKENS, "{token}", "Number of input and output tokens used.", TOKEN_COUNTS
        )
        self._latency = histogram(
            "ai_api_request_latency_seconds", "s", "Request sent to last byte.", BUCKETS_S
        )
        self._ttft = histogram(
            "ai_api_time_to_first_token_seconds", "s", "Request sent to first token.", BUCKETS_S
        )
        self._gap = histogram(
            "ai_api_stream_gap_seconds", "s", "Longest gap between two chunks.", BUCKETS_S
        )
        self._late = histogram(
            "relaytop_read_lateness_seconds", "s", "Time from arrival to read.", LATE_BUCKETS_S
        )
        self._settings = settings
        self._known: Settings | None = None
        self._of_target: dict[str, dict[str, Attribute]] = {}
        self._served: dict[str, set[str]] = {}

    def record(self, sample: Sample) -> None:
        """Record a probe; what says nothing of the model is left out, as in `/metrics`."""
        if sample.late_ms is not None:
            self._late.record(sample.late_ms / 1000)
        attributes = self._attributes(sample.target)
        if attributes is None or sample.unmeasured or sample.from_cache:
            return
        served = self._model(sample)
        if served is not None:
            attributes = {**attributes, "gen_ai.response.model": served}
        self._record_times(sample, attributes)
        usage = sample.usage
        for kind, count in (
            ("input", usage.input_tokens if usage else None),
            ("output", usage.output_tokens if usage else None),
        ):
            if count is not None:
                self._tokens.record(count, {**attributes, "gen_ai.token.type": kind})

    def _record_times(self, sample: Sample, attributes: dict[str, Attribute]) -> None:
        if sample.failure is not None:
            failed = {**attributes, "error.type": sample.failure.error_class}
            self._duration.record(max(0.0, sample.ended_at - sample.sent_at), failed)
            return
        own = {
            "provider": attributes["relaytop.provider"],
            "model": attributes["gen_ai.request.model"],
        }
        if sample.latency_ms is not None:
            self._duration.record(sample.latency_ms / 1000, attributes)
            self._latency.record(sample.latency_ms / 1000, own)
        if sample.ttft_ms is not None:
            self._first.record(sample.ttft_ms / 1000, attributes)
            self._ttft.record(sample.ttft_ms / 1000, own)
        if sample.gap_ms is not None:
            self._gap.record(sample.gap_ms / 1000, own)

    def _attributes(self, name: str) -> dict[str, Attribute] | None:
        settings = self._settings()
        if settings is not self._known:
            self._known = settings
            providers = {provider.name: provider for provider in settings.providers}
            self._of_target = {
                target.id: target_attributes(target, providers[target.provider])
                for target in settings.targets
                if target.provider in providers
            }
        return self._of_target.get(name)

    def _model(self, sample: Sample) -> str | None:
        """Return the model that a reply names; a server that names ever others has a few only."""
        if sample.served.model is None:
            return None
        name = clean(sample.served.model)
        seen = self._served.setdefault(sample.target, set())
        if name not in seen and len(seen) >= MAX_MODELS:
            return OTHER
        seen.add(name)
        return name
