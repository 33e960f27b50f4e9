"""The snapshot document, schema 1: what is known, as plain values; the unknown is absent."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import relaytop
from relaytop.config.steady_clock import STEADY
from relaytop.monitor.number_format import format_censored
from relaytop.pricing.credit_pace import lasts_s
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relaytop.config.settings import Settings
    from relaytop.monitor.confidence import Confidence, Interval
    from relaytop.monitor.source import Source
    from relaytop.monitor.summary import Distribution, Summary
    from relaytop.monitor.traffic import Traffic
    from relaytop.protocol.messages import Credit, StatusPage
    from relaytop.wire.facts import RateLimit

SCHEMA = 1
FIGURES = ("min", "mean", "p50", "p95", "p99", "max")


def snapshot_document(
    kind: str, source: Source, settings: Settings, now: float, host: str
) -> dict[str, Any]:
    """Return the document of everything that `source` knows.

    Args:
        kind: `live`, `baseline` or `shadow`.
        source: Where the summaries come from.
        settings: For the budget.
        now: Unix seconds.
        host: The name of this machine.
    """
    overview = source.overview(now)
    budget = {"usd": settings.budget_usd, "spent_usd": 0.0}
    if overview.budget is not None:
        budget = {"usd": overview.budget.budget_usd, "spent_usd": overview.budget.spent_usd}
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": kind,
        "taken_at": moment(now),
        "relaytop": relaytop.__version__,
        "host": host,
    }
    if overview.window.seconds is not None:
        document["window_s"] = float(overview.window.seconds)
    else:
        document["window_requests"] = overview.window.count
    document["budget"] = budget
    notes = [{"at": moment(note.at), "text": clean(note.text)} for note in source.notes()]
    if notes:
        document["notes"] = notes
    summaries = [source.summary(name, now) for name in source.targets()]
    credits_ = credit_documents(summaries)
    if credits_:
        document["credits"] = credits_
    document["targets"] = [
        target_document(summary, now, source.confidence(summary.target)) for summary in summaries
    ]
    pages = [
        status_page_document(page, provider)
        for page in overview.status_pages
        for provider in page.providers
    ]
    if pages:
        document["status_pages"] = pages
    return document


def credit_documents(summaries: Iterable[Summary]) -> list[dict[str, Any]]:
    """Return what is left at each provider that tells it, once for each place that asked."""
    newest = {(s.provider, s.place): s.credit for s in summaries if s.credit is not None}
    return [credit_document(credit) for credit in newest.values()]


def credit_document(credit: Credit) -> dict[str, Any]:
    """Return what is left at a provider as plain values; what is unknown is absent."""
    lasts = lasts_s(credit.remaining, credit.per_day)
    values = {
        "provider": clean(credit.provider),
        "place": clean(credit.place) or None,
        "at": moment(credit.at),
        "unit": clean(credit.unit),
        "remaining": credit.remaining,
        "limit": credit.limit,
        "used": credit.used,
        "per_day": credit.per_day,
        "lasts_s": lasts,
        "system": clean(credit.system) or None,
    }
    return {name: value for name, value in values.items() if value is not None}


def status_page_document(page: StatusPage, provider: str) -> dict[str, Any]:
    """Return what the official status page of a provider said last."""
    status = page.status
    incidents = [
        _known(
            {
                "id": clean(each.id),
                "name": clean(each.name),
                "impact": each.impact,
                "status": clean(each.status) or None,
                "started_at": each.started_at and moment(each.started_at),
                "updated_at": each.updated_at and moment(each.updated_at),
                "components": [clean(name) for name in each.components] or None,
            }
        )
        for each in (status.incidents if status is not None else ())
    ]
    return _known(
        {
            "provider": clean(provider),
            "url": clean(page.url),
            "indicator": status and status.indicator,
            "description": (status and clean(status.description)) or None,
            "read_at": page.read_at and moment(page.read_at),
            "failure": page.failure and clean(page.failure),
            "incidents": incidents,
        }
    )


def moment(at: float) -> datetime:
    """Return steady Unix seconds as a UTC moment of the system's clock, in whole milliseconds."""
    at = STEADY.to_wall(at)
    return datetime.fromtimestamp(round(at, 3), UTC).replace(
        microsecond=round(at % 1 * 1000) % 1000 * 1000
    )


def target_document(s: Summary, now: float, confidence: Confidence) -> dict[str, Any]:
    """Return one target's part."""
    last = s.last_error
    table = {
        "target": s.target,
        "provider": s.provider,
        "model": s.model,
        "place": clean(s.place) or None,
        "status": s.status,
        "reason": s.reason,
        "last_status": s.last_status,
        "broken": list(s.broken) or None,
        "recovering_ok": s.recovering_ok,
        "timeout_s": s.timeout_ms / 1000,
        "window_cut": s.kept_of and {"kept": s.kept_of[0], "of": s.kept_of[1]},
        "requests": s.requests,
        "ok": s.ok,
        "skipped": s.skipped,
        "paced": s.paced,
        "stale": s.stale or None,
        "stalled_here": s.stalled_here or None,
        "cached": s.cached,
        "cache_sign": s.cache_sign and clean(s.cache_sign),
        "since": moment(s.since),
        "last_error": last
        and _known(
            {
                "class": last.error_class,
                "at": moment(last.at),
                "message": clean(last.message) or None,
                "request_id": last.request_id and clean(last.request_id),
            }
        ),
        "total": _known(
            {
                "requests": s.total.requests,
                "ok": s.total.ok,
                "cached": s.total.cached or None,
                **_cost(s.total.cost_usd, complete=s.total.cost_complete),
                "counted_usd": s.total.counted_usd if s.total.counts_more else None,
            }
        ),
        "error_rate": s.error_rate,
        "error_vif": round(confidence.error_vif, 3) if s.requests else None,
        "errors": dict(s.errors) or None,
        "latency_ms": distribution_document(s.latency) | _confidence(confidence.latency),
        "ttft_ms": distribution_document(s.ttft) | _confidence(confidence.ttft),
        "ttft_bounds": s.ttft_bounds or None,
        "gap_ms": _some(s.gap, "n", "p50", "p95", "max"),
        "clock": s.clock,
        "late_ms": _some(s.late, "p50", "p99") or None,
        "served": {clean(model): count for model, count in s.served.items()} or None,
        "served_match": s.served_match if s.served else None,
        "relay_retries": s.relay_retries or None,
        "relay_fallbacks": s.relay_fallbacks or None,
        "relay_rerouted_p50_ms": _rounded(s.relay_rerouted_p50_ms),
        "phases_ms": {name: round(value, 3) for name, value in s.phases_ms.items()} or None,
        "phases_n": dict(s.phases_n) if s.phases_ms else None,
        "split_ms": {name: round(value, 3) for name, value in s.split_ms.items()} or None,
        "tokens": _known({"input": s.input_tokens, "output": s.output_tokens}) or None,
        "tok_s": _known({"n": s.tok_s_n, "p50": s.tok_s_p50}),
        **_cost(s.cost_usd, complete=s.cost_complete),
        "price_source": s.price_source if s.cost_usd is not None else None,
        "users": s.traffic and _users(s.traffic),
        "rate_limit": s.rate_limit and _limits(s.rate_limit, s.rate_limit_at, now),
    }
    return _known(table)


def _cost(usd: float | None, *, complete: bool) -> dict[str, float | None]:
    """Return a cost by its name: that of some probes alone is no cost, but a bound."""
    return {"cost_usd" if complete else "cost_at_least_usd": usd}


def distribution_document(d: Distribution) -> dict[str, Any]:
    """Return a distribution; at n = 0 its count alone."""
    values = {"n": d.n, **{name: _rounded(getattr(d, name)) for name in FIGURES}}
    bounds = {
        name: _known({"low": _rounded(found[0]), "high": _rounded(found[1])})
        for name in d.bounds
        if (found := d.range_of(name)) is not None
    }
    buckets = {
        name: _known({"low": _rounded(found[0]), "high": _rounded(found[1])})
        for name in d.bounds
        if (found := d.bucket_of(name)) is not None
    }
    return _known(
        {
            **values,
            "censored": True if d.censored else None,
            "skip_bounds": bounds or None,
            "bucket_bounds": buckets or None,
        }
    )


def _confidence(found: Mapping[str, Interval]) -> dict[str, Any]:
    """Return the interval of each percentile; an end that is open is absent, or both."""
    if not found:
        return {}
    tables = {
        name: _known({"low": _rounded(low), "high": _rounded(high)})
        for name, (low, high) in found.items()
    }
    return {"confidence": {name: table for name, table in tables.items() if table}}


def _some(d: Distribution, *names: str) -> dict[str, Any]:
    """Return some figures of a distribution."""
    document = distribution_document(d)
    return {name: document[name] for name in names if name in document}


def censored_text(target: Mapping[str, Any]) -> str:
    """Write a percentile of a target's part that lies above its deadline, as in `>30s`."""
    timeout_s = finite_number(target.get("timeout_s"))
    return "cut off" if timeout_s is None else format_censored(timeout_s * 1000)


def finite_number(value: object) -> float | None:
    """Return what a document read from a file holds, if it is a number that can be counted with."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None


def _users(t: Traffic) -> dict[str, Any]:
    """Return the figures of the users' requests."""
    return _known(
        {
            "exporter": clean(t.exporter),
            "all_places": t.all_places or None,
            "requests": t.requests,
            "requests_s": t.requests_s,
            "error_rate": t.error_rate,
            "latency_ms": distribution_document(t.latency),
            "ttft_ms": distribution_document(t.ttft),
            "tokens_s": t.tokens_s,
            "usd_per_h": t.usd_per_h,
            "gauges": {clean(name): value for name, value in t.gauges.items()} or None,
            "differs": t.differs and clean(t.differs),
        }
    )


def _limits(state: RateLimit, known_at: float | None, now: float) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for name, limit in state.known:
        reset = limit.reset_s
        if reset is not None and known_at is not None:
            reset = max(0.0, round(reset - (now - known_at), 3))
        found |= {
            f"{name}_limit": limit.limit,
            f"{name}_remaining": limit.remaining,
            f"{name}_reset_s": reset,
        }
    return _known(found) or None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 3)


def _known(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}
