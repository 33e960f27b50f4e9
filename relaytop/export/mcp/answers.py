"""The answers of the tools, as plain documents of a bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.config.errors import RelaytopError
from relaytop.config.suggestions import suggestion
from relaytop.jobs.pick.candidates import candidates
from relaytop.jobs.pick.ranking import ranked
from relaytop.monitor.group import severity
from relaytop.store.document import credit_documents, moment
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from relaytop.alerts.incident_record import IncidentRecord
    from relaytop.config.settings import Settings
    from relaytop.jobs.check.findings import Finding
    from relaytop.monitor.monitor import Monitor
    from relaytop.monitor.summary import Distribution, Summary

MAX_TARGETS = 100
MAX_FAILURES = 50
MAX_INCIDENTS = 100
MAX_FINDINGS = 300
MAX_IDS = 3
HOUR_S = 3600.0


def status_answer(
    monitor: Monitor, settings: Settings, name: str | None, now: float
) -> dict[str, Any]:
    """Return how each target is, the worst first.

    Args:
        monitor: What is known.
        settings: What is watched.
        name: A target or a provider; None: all.
        now: Unix seconds.
    """
    summaries = [monitor.summary(target, now) for target in named(monitor, name)]
    limits = {target.id: target.thresholds.p95_ms for target in settings.targets}
    usual = settings.defaults.thresholds.p95_ms
    summaries.sort(key=lambda s: severity(s, limits.get(s.target, usual)))
    counts: dict[str, int] = {}
    for s in summaries:
        counts[s.status] = counts.get(s.status, 0) + 1
    answer: dict[str, Any] = {
        "at": _time(now),
        "counts": counts,
        "targets": [target_answer(s) for s in summaries[:MAX_TARGETS]],
    }
    if len(summaries) > MAX_TARGETS:
        answer["left_out"] = len(summaries) - MAX_TARGETS
    if credits_ := credit_documents(summaries):
        answer["credit"] = [{**each, "at": _written(each["at"])} for each in credits_]
    return answer


def target_answer(s: Summary) -> dict[str, Any]:
    """Return the figures of a target over the window; what is unknown is absent."""
    last = s.last_error
    return _known(
        {
            "target": clean(s.target),
            "status": s.status,
            "reason": s.reason,
            "broken": list(s.broken) or None,
            "since": _time(s.since),
            "requests": s.requests,
            "ok": s.ok,
            "error_rate": s.error_rate,
            "errors": dict(s.errors) or None,
            "latency_ms": _figures(s.latency),
            "ttft_ms": _figures(s.ttft),
            "tok_s": s.tok_s_p50,
            "cached": s.cached or None,
            "served": {clean(name): count for name, count in s.served.items()} or None,
            "cost_usd": s.cost_usd,
            "last_error": last
            and _known(
                {
                    "class": last.error_class,
                    "at": _time(last.at),
                    "server_message": clean(last.message) or None,
                    "request_id": last.request_id and clean(last.request_id),
                }
            ),
        }
    )


def failures_answer(monitor: Monitor, name: str | None, limit: int) -> dict[str, Any]:
    """Return the failures by target, class and message, the newest first.

    Args:
        monitor: What is known.
        name: A target or a provider; None: all.
        limit: Groups at most.
    """
    found = [
        (group.last_at, target, group)
        for target in named(monitor, name)
        for group in monitor.error_groups(target)
    ]
    found.sort(key=lambda each: each[0], reverse=True)
    groups = [
        _known(
            {
                "target": clean(target),
                "class": group.error_class,
                "count": group.count,
                "first_at": _time(group.first_at),
                "last_at": _time(group.last_at),
                "server_message": clean(group.message) or None,
                "request_ids": [clean(each) for each in group.request_ids[:MAX_IDS]] or None,
            }
        )
        for _last_at, target, group in found[:limit]
    ]
    return {"failures": groups, "left_out": max(0, len(found) - limit)}


def compare_answer(monitor: Monitor, settings: Settings, model: str, now: float) -> dict[str, Any]:
    """Return one model's figures at each provider, and which is the healthiest.

    Args:
        monitor: What is known.
        settings: What is watched, with prices and aliases.
        model: An alias, a model's id, or the id without its maker's name.
        now: Unix seconds.

    Raises:
        RelaytopError: Nobody that is watched serves it.
    """
    watched = set(monitor.targets())
    names = [t.id for t in candidates(settings, model).targets if t.id in watched]
    if not names:
        sentence = f"no watched target serves {model!r}"
        raise RelaytopError(sentence)
    prices = {
        target.id: settings.provider(target.provider).prices[target.model]
        for target in settings.targets
        if target.model in settings.provider(target.provider).prices
    }
    found = ranked([monitor.summary(name, now) for name in names], prices)
    best = found[0]
    return _known(
        {
            "at": _time(now),
            "model": clean(model),
            "healthiest": clean(best.target) if best.healthy else None,
            "candidates": [
                _known(
                    {
                        **target_answer(each.summary),
                        "healthy": each.healthy,
                        "usd_per_mtok": each.usd_per_mtok,
                    }
                )
                for each in found
            ],
        }
    )


def pick_answer(comparison: dict[str, Any]) -> dict[str, Any]:
    """Return the healthiest of a comparison, absent where nobody is healthy."""
    best = comparison.get("healthiest")
    figures = [each for each in comparison["candidates"] if each["target"] == best]
    return _known(
        {"at": comparison["at"], "target": best, "figures": figures[0] if figures else None}
    )


def incidents_answer(records: Sequence[IncidentRecord], now: float, hours: float) -> dict[str, Any]:
    """Return the incidents of the last hours, the newest first.

    Args:
        records: All that are kept.
        now: Unix seconds.
        hours: How far to look back.
    """
    start = now - hours * HOUR_S
    recent = [each for each in records if (each.ended_at or now) >= start]
    recent.sort(key=lambda each: each.since, reverse=True)
    incidents = [
        _known(
            {
                "key": clean(each.key),
                "provider": clean(each.provider) or None,
                "why": clean(each.why),
                "severity": each.severity,
                "since": _time(each.since),
                "ended_at": None if each.ended_at is None else _time(each.ended_at),
                "duration_s": None if each.duration_s is None else round(each.duration_s, 1),
                "peak_targets": each.peak_targets,
                "of": each.of,
                "peak_error_rate": each.peak_error_rate,
            }
        )
        for each in recent[:MAX_INCIDENTS]
    ]
    return {"incidents": incidents, "left_out": max(0, len(recent) - MAX_INCIDENTS)}


def check_answer(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the findings of a check, faults and warnings first."""
    ranks = {"bad": 0, "warn": 1, "skipped": 2, "good": 3}
    ordered = sorted(findings, key=lambda each: ranks.get(each.level, 0))
    return {
        "findings": [
            _known(
                {
                    "about": clean(each.target or each.provider),
                    "step": each.step,
                    "level": each.level,
                    "meaning": clean(each.meaning),
                    "remedy": clean(each.remedy) or None,
                }
            )
            for each in ordered[:MAX_FINDINGS]
        ],
        "left_out": max(0, len(ordered) - MAX_FINDINGS),
    }


def named(monitor: Monitor, name: str | None) -> list[str]:
    """Return the targets that a name stands for.

    Raises:
        RelaytopError: There are none.
    """
    targets = list(monitor.targets())
    if name is None:
        return targets
    found = [target for target in targets if target == name or target.startswith(f"{name}/")]
    if not found:
        known = [*dict.fromkeys(target.partition("/")[0] for target in targets), *targets]
        sentence = f"no provider or target {clean(name)!r}; {suggestion(name, known)}"
        raise RelaytopError(sentence)
    return found


def _figures(figures: Distribution) -> dict[str, Any] | None:
    if not figures.n:
        return None
    known = {"n": figures.n, "p50": figures.p50, "p95": figures.p95, "p99": figures.p99}
    return _known({**known, "censored": list(figures.censored) or None})


def _time(at: float) -> str:
    return _written(moment(at))


def _written(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _known(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}
