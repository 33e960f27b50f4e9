"""Token counts and the relay's own cost, in every form that OpenAI-compatible servers use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.wire.facts import Usage
from relaytop.wire.json_document import object_in
from relaytop.wire.numbers import token_count, usd

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_usage(raw: object, headers: Mapping[str, str]) -> Usage:
    """Read a `usage` object, and LiteLLM's cost header; what is missing or absurd is None."""
    cost = read_cost(raw, headers)
    if not isinstance(raw, dict):
        return Usage(cost_usd=cost)
    cached = token_count(object_in(raw, "prompt_tokens_details").get("cached_tokens"))
    if cached is None:
        cached = token_count(raw.get("prompt_cache_hit_tokens"))
    prompt = token_count(raw.get("prompt_tokens"))
    if prompt is None:
        hit, miss = (token_count(raw.get(f"prompt_cache_{x}_tokens")) for x in ("hit", "miss"))
        prompt = None if hit is None or miss is None else hit + miss
    details = object_in(raw, "completion_tokens_details")
    return Usage(
        input_tokens=prompt,
        output_tokens=token_count(raw.get("completion_tokens")),
        cached_tokens=cached,
        reasoning_tokens=token_count(details.get("reasoning_tokens")),
        cost_usd=cost,
    )


def read_cost(raw: object, headers: Mapping[str, str]) -> float | None:
    """Return the request's cost in USD by the relay's own usage object or header."""
    stated = usd(raw.get("cost")) if isinstance(raw, dict) else None
    return stated if stated is not None else usd(headers.get("x-litellm-response-cost"))
