"""The facts that a reply carries, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

ERROR_CLASSES = (
    "auth",
    "credit",
    "permission",
    "not_found",
    "bad_request",
    "rate_limited",
    "overloaded",
    "server_error",
    "gateway",
    "timeout",
    "dns",
    "connect",
    "tls",
    "protocol",
    "truncated",
    "too_large",
)
"""Every class a failed probe can have, in the order that screens list them."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one reply; a count that was missing or absurd is None."""

    input_tokens: int | None = None
    """All of the prompt, cached tokens included."""
    output_tokens: int | None = None
    """All generated tokens, reasoning included."""
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: float | None = None
    """The request's cost by the relay's own account."""
    cache_write_tokens: int | None = None
    """Those of the input that were written to a cache, where that has a price of its own."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One rate limit, for requests or for tokens; a figure that was not sent is None."""

    limit: int | None = None
    remaining: int | None = None
    reset_s: float | None = None
    """Seconds from the reply until the limit resets."""

    @property
    def share_left(self) -> float:
        """The share left of it, 0 to 1; 1 if the limit is unknown, 2 if both figures are."""
        if self.remaining is None:
            return 2.0
        if not self.limit:
            return 1.0 if self.remaining else 0.0
        return self.remaining / self.limit


KINDS = ("requests", "tokens", "input_tokens", "output_tokens")
"""The kinds of rate limits, in the order that screens list them."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The rate-limit state that a reply carries."""

    requests: Limit | None = None
    tokens: Limit | None = None
    input_tokens: Limit | None = None
    output_tokens: Limit | None = None

    @property
    def known(self) -> list[tuple[str, Limit]]:
        """The limits that were sent, as (kind, limit)."""
        return [(kind, limit) for kind in KINDS if (limit := getattr(self, kind)) is not None]

    @property
    def tightest(self) -> tuple[str, Limit] | None:
        """The limit of which the smallest share is left; None where none was sent."""
        return min(self.known, key=lambda pair: pair[1].share_left, default=None)


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason of a failed probe."""

    error_class: str
    """One of `ERROR_CLASSES`."""
    message: str = ""
    """The server's message, or ours: one line, stripped of control characters and keys."""


@dataclass(frozen=True, slots=True)
class Served:
    """What served a reply, by its own account, safe to show; what it does not say is None."""

    model: str | None = None
    """The model that the reply names, which need not be the one that was asked for."""
    fingerprint: str | None = None
    """`system_fingerprint`: changes with the model's weights or configuration."""
    provider: str | None = None
    """The upstream that a router chose (OpenRouter's `provider`)."""
    deployment: str | None = None
    """The relay's name for the upstream that it used (`x-litellm-model-id`)."""
    retries: int | None = None
    """How often the relay retried before it answered."""
    fallbacks: int | None = None
    """How many other models or upstreams the relay turned to; 0: none."""


NOT_DECLARED = Served()
"""Of a reply that says nothing of what served it."""


class Generated(NamedTuple):
    """The text that one read of a stream brought, in characters."""

    chunk: int
    """Index of the stamped chunk."""
    visible: int
    reasoning: int


@dataclass(frozen=True, slots=True)
class Reply:
    """The facts of a reply, streamed or not."""

    failure: Failure | None = None
    usage: Usage = Usage()
    first_token_chunk: int | None = None
    """Index of the stamped chunk whose bytes completed the first non-empty delta; None: no TTFT."""
    generated: tuple[Generated, ...] = ()
    """The generated text by read, in order; empty where it was not streamed."""
    retry_after_s: float | None = None
    """How long the server asks us to wait, from headers or body."""
    rate_limit: RateLimit | None = None
    """The limits in an error's body, where a relay quotes headers in it."""
    adaptation: str | None = None
    """How the target's next requests must differ after a refusal, for `adaptations.adapt`."""
    cached: str | None = None
    """The header or field that says that the reply came from a relay's cache; None: none does."""
    served: Served = NOT_DECLARED
    dimensions: int | None = None
    """Figures of each vector of an embedding; None of other replies."""
    text: str = ""
    """The model's text, without its reasoning, as the server sent it: not yet safe to show."""


@dataclass(frozen=True, slots=True)
class CreditFacts:
    """What is left at a provider, by its own account; a figure that it does not tell is None."""

    unit: str = "USD"
    """The currency, as an ISO code."""
    remaining: float | None = None
    """The smaller of what the key may still spend and what the account holds; may be negative."""
    limit: float | None = None
    """All that there was, of what is the smaller."""
    used: float | None = None
    """Spent of that."""


@dataclass(frozen=True, slots=True)
class ModelList:
    """The models that a provider offers."""

    ids: tuple[str, ...] = ()
    """In order, safe to show."""
    modes: Mapping[str, str] = field(default_factory=dict)
    """Model → the mode in which it can be probed, where that is not `chat`."""


MAX_INCIDENTS = 20
"""Open incidents that are kept of a status page."""
INDICATORS = ("none", "minor", "major", "critical", "maintenance", "unknown")
"""What a status page says of a provider as a whole, and of what an incident affects."""


@dataclass(frozen=True, slots=True)
class OfficialIncident:
    """An open incident on a provider's status page, its texts safe to show."""

    id: str
    name: str
    impact: str = "unknown"
    """One of `INDICATORS`."""
    status: str = ""
    """`investigating`, `identified`, `monitoring` …, as the page has it."""
    started_at: float | None = None
    """Unix seconds by the page's own clock."""
    updated_at: float | None = None
    components: tuple[str, ...] = ()
    """What it affects."""


@dataclass(frozen=True, slots=True)
class OfficialStatus:
    """The status of a provider by its own status page."""

    indicator: str = "unknown"
    """One of `INDICATORS`."""
    description: str = ""
    """In the page's own words, safe to show."""
    incidents: tuple[OfficialIncident, ...] = ()
    """Those that are open, and maintenance in progress."""

    def is_consistent(self) -> bool:
        """Return whether it is one that `read_status_page` returns."""
        impacts = [incident.impact for incident in self.incidents]
        return {self.indicator, *impacts} <= {*INDICATORS} and len(impacts) <= MAX_INCIDENTS


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes
