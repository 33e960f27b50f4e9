"""The rounds of a comparison: the same request, once to each side."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.wire.facts import NOT_DECLARED

if TYPE_CHECKING:
    from relaytop.probe.sample import Sample
    from relaytop.wire.facts import Served


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """One side's outcome of a request."""

    ok: bool | None
    """None of an answer from a cache, which says nothing of the model."""
    latency_ms: float | None = None
    ttft_ms: float | None = None
    cost_usd: float | None = None
    tokens: int | None = None
    """Output tokens."""
    length: int | None = None
    """Characters of the reply."""
    timed_out: bool = False
    input_tokens: int | None = None
    """Of the prompt, as this side counts."""
    cache_sign: str | None = None
    """The evidence that an answer came from a cache."""
    served: Served = NOT_DECLARED


@dataclasses.dataclass(frozen=True, slots=True)
class Round:
    """Both sides of one request."""

    prompt: int
    """The prompt's index: rounds of one prompt are alike."""
    a: Outcome
    b: Outcome


def outcome_of(sample: Sample) -> Outcome:
    """Return the outcome that a sample shows."""
    if not sample.ok:
        failure = sample.failure
        timed_out = failure is not None and failure.error_class == "timeout"
        return Outcome(ok=False, timed_out=timed_out)
    if sample.from_cache:
        return Outcome(ok=None, cache_sign=sample.cached)
    return Outcome(
        ok=True,
        latency_ms=sample.latency_ms,
        ttft_ms=sample.ttft_ms,
        cost_usd=sample.cost_usd,
        tokens=sample.usage.output_tokens if sample.usage else None,
        length=None if sample.text is None else len(sample.text),
        input_tokens=sample.usage.input_tokens if sample.usage else None,
        served=sample.served,
    )
