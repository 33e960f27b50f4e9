"""What replies tell beside their words, and what is known before them: model, price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.suggestions import suggestion
from relaytop.jobs.check.findings import GOOD, WARN, Finding
from relaytop.monitor.number_format import format_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Price, Target
    from relaytop.probe.sample import Sample

SCARCE = 0.1
"""Share of a limit under which it is worth a warning."""
_UNCOUNTED = "none at this provider: tokens and cost of {what} stay unknown"


def model_finding(target: Target, models: Sequence[str], *, deployments: bool) -> Finding | None:
    """Say whether a model is on offer; None where that cannot be told.

    Args:
        target: Which model.
        models: What is on offer; empty where that is unknown.
        deployments: Whether the provider's models go by names of the user's own.
    """
    if not models or deployments:
        return None
    if target.model in models or target.model.removeprefix("models/") in models:
        return Finding(target.provider, target.id, "model", GOOD, "in the list at /models")
    remedy = suggestion(target.model, models, "compare it with `relaytop models`")
    words = "not in the list at /models"
    return Finding(target.provider, target.id, "model", WARN, words, remedy)


def price_finding(target: Target, price: Price | None, assumed_price: float) -> Finding:
    """Say what a model costs and who says so; USD per million tokens."""
    if price is None:
        words = f"unknown: the budget takes ${assumed_price:g} per million tokens for it"
        bare = target.provider.replace("-", "").replace("_", "").isalnum()
        name = target.provider if bare else f'"{target.provider}"'
        remedy = f'give [providers.{name}.prices."{target.model}"] in the config'
        return Finding(target.provider, target.id, "price", WARN, words, remedy)
    words = f"${price.input:g} in, ${price.output:g} out per million tokens"
    source = "the config" if price.source == "config" else "the list prices"
    return Finding(target.provider, target.id, "price", GOOD, f"{words}, by {source}")


def usage_finding(target: Target, whole: Sample, streamed: Sample | None) -> Finding:
    """Say whether the replies tell what they used; at least one of them is good."""
    good = {
        name: sample
        for name, sample in (("whole", whole), ("streamed", streamed))
        if sample is not None and sample.ok
    }
    without = [f"{name} replies" for name, sample in good.items() if not _counts(sample)]
    if without:
        words = f"{' and '.join(without)} do not tell their tokens"
        remedy = _UNCOUNTED.format(what="such replies")
        return Finding(target.provider, target.id, "usage", WARN, words, remedy)
    texts = [
        f"{name}: {sample.usage.input_tokens} in, {sample.usage.output_tokens} out"
        for name, sample in good.items()
        if sample.usage is not None
    ]
    return Finding(target.provider, target.id, "usage", GOOD, "; ".join(texts))


def _counts(sample: Sample) -> bool:
    usage = sample.usage
    return usage is not None and None not in (usage.input_tokens, usage.output_tokens)


def limits_finding(target: Target, replies: Sequence[Sample]) -> Finding:
    """Say what the newest reply tells of the rate limits."""
    limits = replies[-1].rate_limit
    known = [
        (f"{format_limit(limit.remaining, limit.limit)} {kind.replace('_', ' ')}", limit)
        for kind, limit in (limits.known if limits is not None else [])
        if limit.remaining is not None
    ]
    if not known:
        words = "the server does not tell them"
        return Finding(target.provider, target.id, "limits", GOOD, words)
    words = f"left: {', '.join(text for text, _ in known)}"
    if any(limit.limit and limit.share_left < SCARCE for _, limit in known):
        remedy = "probe less often, or raise the plan: 429s are near"
        return Finding(target.provider, target.id, "limits", WARN, words, remedy)
    return Finding(target.provider, target.id, "limits", GOOD, words)
