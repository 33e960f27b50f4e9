"""Findings of a target's replies beside their text, and of its model and price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.suggestions import suggestion
from relaytop.engine.headroom import SCARCE_SHARE
from relaytop.jobs.check.findings import Subject
from relaytop.monitor.lateness import BUSY_MS
from relaytop.monitor.number_format import format_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Price, Target
    from relaytop.jobs.check.findings import Finding
    from relaytop.probe.sample import Sample


def model_finding(target: Target, models: Sequence[str], *, deployments: bool) -> Finding | None:
    """Return whether a model is offered; None where that cannot be known.

    Args:
        target: With the model.
        models: On offer; empty where that is unknown.
        deployments: Whether the provider's models go by names of the user's own.
    """
    if not models or deployments:
        return None
    if target.model in models or target.model.removeprefix("models/") in models:
        return Subject.of(target).good("model", "in the list at /models")
    remedy = suggestion(target.model, models, "check it against `relaytop models`")
    return Subject.of(target).warn("model", "not in the list at /models", remedy)


def price_finding(target: Target, price: Price | None, assumed_price: float) -> Finding:
    """Return a model's price and where it comes from; USD per million tokens."""
    if price is None:
        meaning = f"unknown: the budget assumes ${assumed_price:g} per million tokens for it"
        bare = target.provider.replace("-", "").replace("_", "").isalnum()
        name = target.provider if bare else f'"{target.provider}"'
        remedy = f'set [providers.{name}.prices."{target.model}"] in the config'
        return Subject.of(target).warn("price", meaning, remedy)
    source = "the config" if price.source == "config" else "the list prices"
    meaning = f"${price.input:g} in, ${price.output:g} out per million tokens, by {source}"
    return Subject.of(target).good("price", meaning)


def machine_finding(target: Target, replies: Sequence[Sample]) -> Finding | None:
    """Return that this machine read its replies late; None where it did not.

    Args:
        target: The target.
        replies: Its good replies; at least one.
    """
    late_ms = max((sample.late_ms or 0.0 for sample in replies), default=0.0)
    if late_ms < BUSY_MS:
        return None
    meaning = (
        f"this host is busy: a reply was read {late_ms:.0f} ms after it arrived; kernel "
        "timestamps exclude that from the figures"
    )
    return Subject.of(target).warn("machine", meaning, "check what uses its CPUs (`top`)")


def usage_finding(target: Target, unstreamed: Sample, streamed: Sample | None) -> Finding:
    """Return whether the replies report their tokens; at least one of them is good."""
    good = {
        name: sample
        for name, sample in (("whole", unstreamed), ("streamed", streamed))
        if sample is not None and sample.ok
    }
    without = [f"{name} replies" for name, sample in good.items() if not _has_usage(sample)]
    if without:
        meaning = f"{' and '.join(without)} do not report token counts"
        remedy = "none at this provider: their tokens and cost stay unknown"
        return Subject.of(target).warn("usage", meaning, remedy)
    texts = [
        f"{name}: {sample.usage.input_tokens} in, {sample.usage.output_tokens} out"
        for name, sample in good.items()
        if sample.usage is not None
    ]
    return Subject.of(target).good("usage", "; ".join(texts))


def _has_usage(sample: Sample) -> bool:
    usage = sample.usage
    return usage is not None and None not in (usage.input_tokens, usage.output_tokens)


def reuse_finding(target: Target) -> Finding:
    """Return that the server closes connections which it promised to keep alive."""
    meaning = "the server silently closes idle connections; a request was lost"
    remedy = "have it send `connection: close`, or keep idle connections longer"
    return Subject.of(target).warn("reuse", meaning, remedy)


def limits_finding(target: Target, replies: Sequence[Sample]) -> Finding:
    """Return the rate limits that the newest reply reports."""
    limits = replies[-1].rate_limit
    known = [
        (f"{format_limit(limit.remaining, limit.limit)} {kind.replace('_', ' ')}", limit)
        for kind, limit in (limits.known if limits is not None else [])
        if limit.remaining is not None
    ]
    if not known:
        return Subject.of(target).good("limits", "no rate-limit headers")
    meaning = f"remaining: {', '.join(text for text, _ in known)}"
    if any(limit.limit and limit.share_left < SCARCE_SHARE for _, limit in known):
        remedy = "probe less often, or raise the plan: 429s are likely soon"
        return Subject.of(target).warn("limits", meaning, remedy)
    return Subject.of(target).good("limits", meaning)
