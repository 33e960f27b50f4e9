"""One row's figures as a `Summary`, judged by the thresholds of whoever looks."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.target_id import join_target
from relaytop.fleet.prometheus.quantile import bucket_of
from relaytop.monitor.binomial import critical_count
from relaytop.monitor.summary import Distribution, LastError, Summary, Totals
from relaytop.monitor.threshold_test import ENOUGH, LEVEL, P95_NEEDS
from relaytop.monitor.why import UNREACHABLE
from relaytop.wire.facts import ERROR_CLASSES, KINDS, Limit, RateLimit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.fleet.prometheus.figures import Figures, Key
    from relaytop.monitor.summary import Status


@dataclass(frozen=True, slots=True)
class Context:
    """What all rows of a refresh have in common."""

    now: float
    """Steady Unix seconds of the answer, by this machine's clock."""
    skew_s: float
    """Prometheus' clock less this machine's."""
    window_s: float
    ends_s: Mapping[str, Sequence[float]]
    """Figure (`latency`, `ttft`) → the upper ends of its buckets, ascending."""
    refresh_s: float


def summarise(
    key: Key, found: Figures, before: Summary | None, limits: Thresholds, context: Context
) -> Summary:
    """Return a row's summary.

    Args:
        key: The row.
        found: Its figures.
        before: Its summary before this one.
        limits: Its thresholds.
        context: What all rows have in common.
    """
    provider, model, place = key
    ok, failed = _count(found.requests.get("success")), _count(found.requests.get("error"))
    requests = ok + failed
    latency = _distribution(found.latency, ok, context.ends_s.get("latency", ()))
    ttft = _distribution(found.ttft, ok, context.ends_s.get("ttft", ()))
    errors = {name: _count(count) for name, count in found.errors.items() if _count(count)}
    broken = _broken(found, latency, ttft, limits)
    status = _status(found, broken)
    if status == "degraded" and not broken:
        broken = ("error_rate",) if failed else ("slower",)
    cost = found.cost_usd
    return Summary(
        target=join_target(provider, model, place),
        provider=provider,
        model=model,
        place=place,
        status=status,
        broken=broken if status == "degraded" else (),
        since=_since(status, found, before, context),
        requests=requests,
        ok=ok,
        skipped=_count(found.skipped),
        cached=_count(found.cached),
        error_rate=failed / requests if requests else None,
        errors=errors,
        latency=latency,
        ttft=ttft,
        input_tokens=_tokens(found, "prompt"),
        output_tokens=_tokens(found, "completion"),
        cost_usd=cost,
        total=Totals(requests, ok, cost),
        last_error=_last_error(errors, context.now) if status == "down" else None,
        rate_limit=_rate_limit(found),
        last_at=context.now if requests else None,
        interval_s=max(0.1, context.window_s / requests) if requests else context.refresh_s,
    )


def unreachable(summary: Summary) -> Summary:
    """Return a row that is not heard from: its figures are those that were known last."""
    return dataclasses.replace(summary, status="unknown", reason=UNREACHABLE, broken=())


def empty(key: Key, context: Context) -> Summary:
    """Return a row of which nothing is known but that it was there within the last hour."""
    provider, model, place = key
    return Summary(
        target=join_target(provider, model, place),
        provider=provider,
        model=model,
        place=place,
        status="unknown",
        reason=UNREACHABLE,
        since=context.now,
        interval_s=context.refresh_s,
    )


def _count(number: float | None) -> int:
    return round(number) if number is not None and math.isfinite(number) and number > 0 else 0


def _tokens(found: Figures, kind: str) -> int | None:
    return _count(found.tokens[kind]) if kind in found.tokens else None


def _distribution(values_s: Mapping[str, float], n: int, ends_s: Sequence[float]) -> Distribution:
    if not n or not values_s:
        return Distribution()
    bounds: dict[str, tuple[float | None, float | None]] = {}
    for name, value in values_s.items():
        if ends_s:
            low, high = bucket_of(value, ends_s)
            bounds[name] = low * 1000, None if math.isinf(high) else high * 1000
    p50, p95, p99 = (_ms(values_s.get(name)) for name in ("p50", "p95", "p99"))
    return Distribution(n=n, p50=p50, p95=p95, p99=p99, bounds=bounds, approximate=True)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def _broken(
    found: Figures, latency: Distribution, ttft: Distribution, limits: Thresholds
) -> tuple[str, ...]:
    """Return the thresholds that are broken, with as many samples as each needs.

    They are judged by the window's end where it holds enough, as what is over is no failure now.
    """
    ok, failed = (_count(found.recent.get(name)) for name in ("success", "error"))
    p95_ms, p50_ms = (_ms(found.recent_s.get(name)) for name in ("recent_p95", "recent_p50"))
    if ok < P95_NEEDS or p95_ms is None:
        p95_ms = latency.p95 if latency.n >= P95_NEEDS else None
    if ok < ENOUGH or p50_ms is None:
        p50_ms = ttft.p50 if ttft.n >= ENOUGH else None
    if ok + failed < ENOUGH:
        ok, failed = (_count(found.requests.get(name)) for name in ("success", "error"))
    broken = []
    if p95_ms is not None and p95_ms > limits.p95_ms:
        broken.append("p95")
    if p50_ms is not None and p50_ms > limits.ttft_ms:
        broken.append("ttft")
    requests, share = ok + failed, min(1.0, limits.error_rate)
    too_many = failed > share * requests and failed >= critical_count(requests, share, LEVEL)
    if requests >= ENOUGH and too_many:
        broken.append("error_rate")
    return tuple(broken)


def _status(found: Figures, broken: tuple[str, ...]) -> Status:
    if found.up is None:
        return "unknown"
    if found.up <= 0:
        return "down"
    return "degraded" if broken or found.alerts or found.up < 1 else "up"


def _since(status: Status, found: Figures, before: Summary | None, context: Context) -> float:
    """Return since when it has its status, as far as this screen has seen or it is told."""
    if before is not None and before.status == status:
        return before.since
    bad = {"degraded", "down"}
    if before is not None and {before.status, status} <= bad:
        return before.since
    if before is None and status == "down" and found.last_success_at is not None:
        return min(context.now, found.last_success_at - context.skew_s)
    return context.now


def _last_error(errors: Mapping[str, int], now: float) -> LastError | None:
    """Return the failure that a row is down with: of the class of most, lately.

    When it was is not exported: of a row that is down the last probes failed.
    """
    known = {name: count for name, count in errors.items() if name in ERROR_CLASSES}
    if not known:
        return None
    return LastError(max(known, key=lambda name: known[name]), now, "", None)


def _rate_limit(found: Figures) -> RateLimit | None:
    limits = {
        kind: Limit(_whole(found.limit.get(kind)), _whole(found.remaining.get(kind)))
        for kind in KINDS
        if kind in found.limit or kind in found.remaining
    }
    return RateLimit(**limits) if limits else None


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)
