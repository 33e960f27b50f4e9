"""What one probe found. There is one Sample in the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.wire.facts import Failure, RateLimit, Usage

_GOOD = 2
"""Of HTTP's classes of status."""


@dataclass(frozen=True, slots=True)
class Phases:
    """Where the time of one probe went, in milliseconds; None: the phase did not occur.

    dns, connect and tls come before the request is sent and are outside the latency;
    wait (request sent → first byte) and transfer (first → last byte) add up to it.
    """

    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    wait_ms: float | None = None
    transfer_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One finished probe of one target."""

    target: str
    due_at: float
    """When the cadence wanted it, Unix seconds."""
    sent_at: float
    """When the request left (or the attempt began, if it never left), Unix seconds."""
    ended_at: float
    """When its result was known, Unix seconds."""
    failure: Failure | None = None
    stale: bool = False
    """A reused connection that died before the first byte: outside the error rate."""
    latency_ms: float | None = None
    """Request sent → last byte; None where there was no whole reply."""
    ttft_ms: float | None = None
    """Request sent → first non-empty content, reasoning or tool delta."""
    phases: Phases = Phases()
    usage: Usage | None = None
    cost_usd: float | None = None
    price_source: str | None = None
    """`reply`, `config` or `list`; None where the cost is unknown."""
    http_status: int | None = None
    request_id: str | None = None
    rate_limit: RateLimit | None = None
    retry_after_s: float | None = None
    server_ms: float | None = None
    """The server's own processing time where it says so (`openai-processing-ms`, …)."""
    relay_ms: float | None = None
    """How much of that was the relay's own work (`x-litellm-overhead-duration-ms`)."""
    least_tokens: int | None = None
    """Of a refusal that raised it: the bound on replies that the target's next probes ask for."""
    text: str | None = None
    """What the model said, made safe to show; None where the prober does not keep it."""

    @property
    def ok(self) -> bool:
        """Whether the reply was good."""
        return self.failure is None and not self.stale

    @property
    def billed_usd(self) -> float | None:
        """What the provider will bill, in USD; None: unknown.

        A refusal is not billed. A reply that began and then failed is, as far as it had come.
        """
        if self.cost_usd is not None or self.failure is None:
            return self.cost_usd
        begun = self.http_status is not None and self.http_status // 100 == _GOOD
        return None if begun else 0.0

    @property
    def tok_s(self) -> float | None:
        """(output tokens − 1) / (latency − TTFT); None where that is undefined."""
        if self.latency_ms is None or self.ttft_ms is None or self.usage is None:
            return None
        tokens = self.usage.output_tokens
        span_s = (self.latency_ms - self.ttft_ms) / 1000
        if tokens is None or tokens < 2 or span_s <= 0:  # noqa: PLR2004 - the word's definition
            return None
        return (tokens - 1) / span_s
