"""The sample: all facts of one finished probe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from relaytop.wire.facts import NOT_DECLARED

if TYPE_CHECKING:
    from relaytop.wire.facts import Failure, RateLimit, Served, Usage

_SUCCESS = 2
"""HTTP's class of good statuses."""
GATEWAY_TIMEOUTS = frozenset({408, 504, 522, 524, 598, 599})
"""HTTP statuses by which a gateway says that it waits no longer."""
CUT_OFF_S = 10.0
"""Any other failure of a gateway that took so long was a wait that it gave up."""


Clock = Literal["kernel", "user"]


@dataclass(frozen=True, slots=True)
class Phases:
    """Durations of one probe's phases, in milliseconds; None: the phase did not occur.

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
    """The moment when it was due by the cadence, Unix seconds."""
    sent_at: float
    """The moment when the request left (or the exchange began, where none left), Unix seconds."""
    ended_at: float
    """The moment when its result was known, Unix seconds."""
    failure: Failure | None = None
    stale: bool = False
    """A reused connection that died before the first byte: outside the error rate."""
    stalled_here: bool = False
    """Whether this process did not run for a while meanwhile: what was measured is its own stop."""
    latency_ms: float | None = None
    """Request sent → last byte; None where the reply did not end well."""
    ttft_ms: float | None = None
    """Request sent → first non-empty content, reasoning or tool delta."""
    ttft_slack_ms: float | None = None
    """By how much the TTFT may be too large: the first token was read late, and with others."""
    tok_s: float | None = None
    """Output tokens a second from the first delta to the last; None where that is undefined."""
    gap_ms: float | None = None
    """The stream's longest silence between two chunks; None where it was not streamed."""
    gap_p50_ms: float | None = None
    """The median silence between two chunks of it."""
    clock: Clock = "user"
    """The clock of the reads: the kernel's, as they arrived, or ours, once we had the CPU."""
    late_ms: float | None = None
    """The longest time from the arrival of a part of the reply to its being read, that is, how far
    off a clock of ours would have been; None without the kernel's stamps."""
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
    """The relay's own share of that (`x-litellm-overhead-duration-ms`)."""
    least_tokens: int | None = None
    """The target's new `max_tokens`, where a refusal raised it."""
    cached: str | None = None
    """The header or field by which the relay says that its cache answered; None: none does."""
    served: Served = NOT_DECLARED
    """The origin of the reply, by its own account."""
    text: str | None = None
    """The model's text, made safe to show; None where the prober does not include it."""

    @property
    def ok(self) -> bool:
        """Whether the reply was good, and measured."""
        return self.failure is None and not self.unmeasured

    @property
    def unmeasured(self) -> bool:
        """Whether it says nothing of the target: in no rate and no percentile."""
        return self.stale or self.stalled_here

    @property
    def cut_off(self) -> bool:
        """Whether a gateway on the way gave up waiting: the reply would have been a slow one."""
        if self.failure is None or self.failure.error_class != "gateway":
            return False
        return self.http_status in GATEWAY_TIMEOUTS or self.ended_at - self.sent_at >= CUT_OFF_S

    @property
    def from_cache(self) -> bool:
        """Whether the reply is good and came from a cache: it says nothing of the model.

        A failure is one for whoever asks, wherever it was kept.
        """
        return self.ok and self.cached is not None

    @property
    def billed_usd(self) -> float | None:
        """The provider's charge in USD; None: unknown.

        A refusal is not billed. A reply that began and then failed is, as far as it had come.
        """
        if self.cost_usd is not None or self.failure is None:
            return self.cost_usd
        begun = self.http_status is not None and self.http_status // 100 == _SUCCESS
        return None if begun else 0.0
