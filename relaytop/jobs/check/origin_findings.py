"""Findings on the origin of a target's replies: a cache, another model, a retry or fallback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.jobs.check.findings import BAD, WARN, Subject
from relaytop.wire.served import compare_models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Target
    from relaytop.jobs.check.findings import Finding
    from relaytop.probe.sample import Sample
    from relaytop.wire.facts import Served


def cache_finding(target: Target, replies: Sequence[Sample]) -> Finding | None:
    """Return that a cache answered; None where none says so.

    Args:
        target: The target.
        replies: Its good replies; at least one.
    """
    hits = [sample for sample in replies if sample.from_cache]
    if not hits:
        return None
    count = "both replies" if len(hits) > 1 else "1 of 2 replies"
    if len(hits) == len(replies) == 1:
        count = "the only reply"
    meaning = f"this relay caches replies: {count} came from its cache ({hits[-1].cached})"
    if len(hits) == len(replies):
        meaning += ", so the model itself is untested"
    remedy = "disable the relay's cache for this key"
    if not target.unique:
        remedy = "set unique = true under [probe], so that probes bypass the cache"
    level = BAD if len(hits) == len(replies) else WARN
    return Subject.of(target).finding("cache", level, meaning, remedy)


def served_finding(
    target: Target, replies: Sequence[Sample], *, deployments: bool
) -> Finding | None:
    """Return which model served, and after which retries; None where the replies do not say.

    Args:
        target: What was asked for.
        replies: Its good replies; at least one.
        deployments: Whether the provider's models go by names of the user's own.
    """
    reached = [sample.served for sample in replies if not sample.from_cache]
    # Of two replies the one that deviates says more.
    served = max(
        reached, key=lambda one: _deviation(target, one, deployments=deployments), default=None
    )
    if served is None or (served.model is None and not _rerouting(served)):
        return None
    subject, rerouting = Subject.of(target), _rerouting(served)
    by = served.model or "an undeclared model"
    where = "".join(f", {what} {name}" for what, name in _places(served) if name)
    if _deviation(target, served, deployments=deployments)[0]:
        meaning = f"asked for {target.model}, served by {by}{where}{rerouting}"
        remedy = "ask the relay's operator; its fallbacks or aliases may be the cause"
        return subject.warn("served", meaning, remedy)
    if rerouting:
        remedy = "check that upstream in the relay's log: the latency includes the detour"
        return subject.warn("served", f"by {by}{where}{rerouting}", remedy)
    return subject.good("served", f"by {by}{where}")


def _deviation(target: Target, served: Served, *, deployments: bool) -> tuple[bool, int]:
    different = not deployments and compare_models(target.model, served.model) == "different"
    return different, (served.fallbacks or 0) + (served.retries or 0)


def _places(served: Served) -> tuple[tuple[str, str | None], ...]:
    return ("provider", served.provider), ("deployment", served.deployment)


def _rerouting(served: Served) -> str:
    """Return the relay's retries and fallbacks as the end of a sentence; empty without one."""
    found = ""
    if served.retries:
        found += f"; the relay retried {_times(served.retries)}"
    if served.fallbacks:
        found += f"; the relay fell back {_times(served.fallbacks)}"
    return found


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
