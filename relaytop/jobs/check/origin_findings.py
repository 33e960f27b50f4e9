"""Findings of where a target's replies came from: a cache, another model, a detour."""

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
    meaning = f"this relay answers from a cache: {count} came from there ({hits[-1].cached})"
    if len(hits) == len(replies):
        meaning += ", so nothing shows that the model answers"
    remedy = "switch the cache off at the relay for this key"
    if not target.unique:
        remedy = "set unique = true under [probe], so that no cache knows a probe's request"
    level = BAD if len(hits) == len(replies) else WARN
    return Subject.of(target).finding("cache", level, meaning, remedy)


def served_finding(
    target: Target, replies: Sequence[Sample], *, deployments: bool
) -> Finding | None:
    """Return which model served, and by what detours; None where the replies say nothing of it.

    Args:
        target: What was asked for.
        replies: Its good replies; at least one.
        deployments: Whether the provider's models go by names of the user's own.
    """
    reached = [sample.served for sample in replies if not sample.from_cache]
    # Of two replies the one that strays says more.
    served = max(
        reached, key=lambda one: _strays(target, one, deployments=deployments), default=None
    )
    if served is None or (served.model is None and not _detour(served)):
        return None
    subject, detour = Subject.of(target), _detour(served)
    by = served.model or "an undeclared model"
    where = "".join(f", {what} {name}" for what, name in _places(served) if name)
    if _strays(target, served, deployments=deployments)[0]:
        meaning = f"asked for {target.model}, served by {by}{where}{detour}"
        remedy = "ask the relay why; its fallbacks or aliases may say so"
        return subject.warn("served", meaning, remedy)
    if detour:
        remedy = "look at that upstream in the relay's own log: the latency includes the detour"
        return subject.warn("served", f"by {by}{where}{detour}", remedy)
    return subject.good("served", f"by {by}{where}")


def _strays(target: Target, served: Served, *, deployments: bool) -> tuple[bool, int]:
    different = not deployments and compare_models(target.model, served.model) == "different"
    return different, (served.fallbacks or 0) + (served.retries or 0)


def _places(served: Served) -> tuple[tuple[str, str | None], ...]:
    return ("provider", served.provider), ("deployment", served.deployment)


def _detour(served: Served) -> str:
    """Return the relay's detours as the end of a sentence; empty without one."""
    found = ""
    if served.retries:
        found += f"; the relay asked again {_times(served.retries)}"
    if served.fallbacks:
        found += f"; the relay fell back {_times(served.fallbacks)}"
    return found


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
