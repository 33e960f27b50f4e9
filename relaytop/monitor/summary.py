"""The state of one target now. There is one Summary in the house."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from relaytop.wire.facts import ERROR_CLASSES, NOT_DECLARED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.monitor.traffic import Traffic
    from relaytop.protocol.messages import Credit
    from relaytop.wire.facts import RateLimit, Served
    from relaytop.wire.served import ModelMatch

LEAST_USD = 1e-6
"""Amounts that differ by less are the same to a reader."""
NOTICEABLE = 0.05
"""The share by which bounds must differ to be worth showing."""

Clock = Literal["kernel", "user", "mixed"]
Status = Literal["up", "degraded", "down", "paused", "unknown"]


@dataclass(frozen=True, slots=True)
class Distribution:
    """Successful probes' times over the window, in milliseconds; n = 0: all None."""

    n: int = 0
    min: float | None = None
    mean: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    max: float | None = None
    censored: frozenset[str] = frozenset()
    """Percentiles (`p50`, `p95`, `p99`) that timeouts cut off: they lie above the deadline."""
    bounds: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    """Percentile → between which values it lies, where probes were skipped or it comes from a
    histogram; None: above the deadline."""
    approximate: bool = False
    """Whether its percentiles come from a histogram: `bounds` are the ends of their buckets."""

    def range_of(self, name: str) -> tuple[float | None, float | None] | None:
        """Return the bounds of a percentile where skipped probes could move it noticeably."""
        low, high = self.bounds.get(name, (None, None))
        if self.approximate or low is None:
            return None
        return None if high is not None and high <= low * (1 + NOTICEABLE) else (low, high)

    def bucket_of(self, name: str) -> tuple[float, float | None] | None:
        """Return the ends of the bucket in which a percentile of a histogram lies.

        The second is None in the last bucket, which has none. None where the percentile is exact.
        """
        low, high = self.bounds.get(name, (None, None))
        if not self.approximate or low is None:
            return None
        return low, None if high is None or math.isinf(high) else high


@dataclass(frozen=True, slots=True)
class LastError:
    """The newest failure of a target."""

    error_class: str
    at: float
    """Unix seconds."""
    message: str
    request_id: str | None

    def is_consistent(self) -> bool:
        """Return whether its class is one that a probe can have."""
        return self.error_class in ERROR_CLASSES


@dataclass(frozen=True, slots=True)
class Totals:
    """Since the start, not bounded by the window."""

    requests: int = 0
    ok: int = 0
    cost_usd: float | None = None
    """As far as it is known; None where it is of no probe."""
    cost_complete: bool = True
    """False where that is a lower bound: the cost of some probes is unknown."""
    counted_usd: float = 0.0
    """The amount that the budget counts for them: more where a server's word is too good."""
    cached: int = 0
    """Answers from a cache, which are no requests."""

    @property
    def counts_more(self) -> bool:
        """Whether the budget counts noticeably more than is known to be spent."""
        known = self.cost_usd or 0.0
        return self.cost_complete and self.counted_usd > known * (1 + NOTICEABLE) + LEAST_USD


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One target over the window, as the screen, the JSON and the TOML show it."""

    target: str
    provider: str
    model: str
    place: str = ""
    """The region, instance or host that probes it; empty: this one."""
    status: Status
    reason: str | None = None
    """Of `paused`: `user` or `budget`; of `unknown`: `cache`, where a cache answers, or
    `unreachable`, where its place is not heard from; of another:
    `before_pause`, where no probe has finished since it was paused."""
    last_status: Status | None = None
    """Of `paused`: the status before, which its probes gave it; None where none has finished."""
    broken: tuple[str, ...] = ()
    """Of `degraded`: the rules that hold, of `hanging`, `p95`, `ttft`, `error_rate`, `gap`,
    `recent`, `slower`; `recovering` where none does, or good probes follow one another."""
    since: float
    """Unix seconds of when it last left `up` (of `up`: became it; of `paused`: was paused)."""
    recovering_ok: int | None = None
    """Good probes since the last bad one, where it is down or degraded and recovering."""
    recent: int = 0
    """The probes that the quick rule looks at: the last ten at most."""
    recent_bad: int = 0
    """Those of them that failed or were over a threshold."""
    slower_by: float | None = None
    """The latency of those over the usual one of its own last hour, where that is known."""
    kept_of: tuple[int, int] | None = None
    """(Samples kept, samples that the window would hold), where `history` is too short for it."""
    requests: int = 0
    ok: int = 0
    skipped: int = 0
    paced: int = 0
    stale: int = 0
    stalled_here: int = 0
    """Probes during which this process did not run: not among the requests."""
    cached: int = 0
    """Answers from a cache: not among the requests, in no percentile, at no cost."""
    cache_sign: str | None = None
    """The header or field that told the newest of them."""
    error_rate: float | None = None
    """0–1 over the window; None without a finished probe."""
    errors: Mapping[str, int] = field(default_factory=dict)
    """Error class → count over the window."""
    latency: Distribution = Distribution()
    ttft: Distribution = Distribution()
    ttft_bounds: int = 0
    """TTFTs that are upper bounds: the first token was read late, together with others."""
    gap: Distribution = Distribution()
    """Each stream's longest silence between two chunks."""
    late: Distribution = Distribution()
    """From a part's arrival to its being read, the longest of each probe, whatever came of it."""
    clock: Clock | None = None
    """The clock that stamped the successful probes' reads; None without one."""
    served: Mapping[str, int] = field(default_factory=dict)
    """Model that replies named → count over the window; at most 8, and `other`."""
    served_match: ModelMatch | None = None
    """Relation of that model to the one that was asked for, lately; None without a reply."""
    served_last: Served = NOT_DECLARED
    """The origin of the newest reply."""
    relay_retries: int = 0
    """Replies for which the relay had asked more than once."""
    relay_fallbacks: int = 0
    """Replies for which the relay had turned to another model or upstream."""
    relay_rerouted_p50_ms: float | None = None
    """The median latency of both."""
    phases_ms: Mapping[str, float] = field(default_factory=dict)
    """dns, connect, tls, wait, transfer → median of what was seen."""
    phases_n: Mapping[str, int] = field(default_factory=dict)
    """The same → the successes that had it; `total`: all that were looked at."""
    split_ms: Mapping[str, float] = field(default_factory=dict)
    """Medians of the wait's parts; see `server_timing.wait_parts_ms`."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    tok_s_n: int = 0
    tok_s_p50: float | None = None
    cost_usd: float | None = None
    """Over the window, as far as it is known; None where it is of no probe."""
    cost_complete: bool = True
    """False where that is a lower bound: the cost of some probes is unknown."""
    price_source: str | None = None
    total: Totals = Totals()
    last_error: LastError | None = None
    rate_limit: RateLimit | None = None
    rate_limit_at: float | None = None
    """Unix seconds of the reply that held it: countdowns start there."""
    last_at: float | None = None
    """Unix seconds of the last result."""
    running_since: float | None = None
    """Unix seconds of a probe that is still hanging (over 0.5 s)."""
    hold_until: float | None = None
    """Unix seconds until which the engine holds off, after a 429 and the like."""
    hold_reason: str | None = None
    credit: Credit | None = None
    """What is left at its provider, where that tells it."""
    traffic: Traffic | None = None
    """The same figures of the users' requests; None where nothing exports them."""
    timeout_ms: float = 30_000.0
    """The deadline: what a censored percentile lies above."""
    interval_s: float = 5.0

    @property
    def health(self) -> Status:
        """The status; the last one where the budget alone has ended its probing."""
        return self.last_status or self.status if self.reason == "budget" else self.status
