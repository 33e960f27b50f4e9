"""Token counts, wherever in a reply they lie and in every form that servers use."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from relaytop.wire.cost import amount, read_cost
from relaytop.wire.facts import Usage
from relaytop.wire.gemini_usage import PROMPT, read_gemini_usage
from relaytop.wire.json_document import object_in, snake_case
from relaytop.wire.numbers import number, token_count

if TYPE_CHECKING:
    from collections.abc import Mapping

USAGE_KEYS = frozenset(
    {"usage", "usage_metadata", "token_usage", "amazon-bedrock-invocation_metrics"}
)
"""The names of a usage object, in snake case."""
MAX_DEPTH = 5
"""Levels of a document that are searched for a usage object: choices, one of them, its message."""
_COST_KEYS = (
    "cost",
    "total_cost",
    "response_cost",
    "cost_details",
    "cost_in_usd_ticks",
    "is_byok",
)
"""What relays also put beside the usage object."""
_COST_HOLDERS = re.compile("metadata|hidden|gateway|pricing|billing|nano_?gpt")
"""Objects of relays' own that hold a request's cost: Vercel's `provider_metadata.gateway`."""


def usage_in(document: object, depth: int = MAX_DEPTH) -> dict[str, Any]:
    """Return the usage objects anywhere in a document as one; the outer ones beat the inner.

    Its names are in snake case, however the server writes them.
    """
    found: dict[str, Any] = {}
    if isinstance(document, dict):
        held = [(snake_case(name), value) for name, value in document.items()]
    else:
        held = [("", value) for value in document] if isinstance(document, list) else []
    if depth:
        for name, value in held:
            if name not in USAGE_KEYS and isinstance(value, dict | list):
                found = merge_usage(found, usage_in(value, depth - 1))
    for name, value in held:
        if name in USAGE_KEYS and isinstance(value, dict):
            found = merge_usage(found, _in_snake_case(value))
    for name, value in held:
        if isinstance(value, dict) and _COST_HOLDERS.search(name):
            found = _with_cost_of(value, found)
            for inner in value.values():
                found = _with_cost_of(inner, found)
    return _with_cost_of(document, found) if depth == MAX_DEPTH else found


def _with_cost_of(holder: object, found: dict[str, Any]) -> dict[str, Any]:
    """Return the usage that was found with the cost that an object states, if it has none."""
    if not isinstance(holder, dict):
        return found
    beside = {name: holder[name] for name in _COST_KEYS if name in holder}
    return merge_usage(beside, found) if any(map(amount, beside.values())) else found


def _in_snake_case(raw: Mapping[str, Any], depth: int = MAX_DEPTH) -> dict[str, Any]:
    """Return an object with all its names in snake case; a name that has it already counts."""
    plain = {
        name: _in_snake_case(value, depth - 1) if isinstance(value, dict) else value
        for name, value in raw.items()
        if depth or not isinstance(value, dict)
    }
    return {snake_case(name): value for name, value in plain.items()} | {
        name: value for name, value in plain.items() if name == snake_case(name)
    }


def merge_usage(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return two usage objects as one: the newer figure counts, but 0 or nonsense beats none."""
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            merged[name] = merge_usage(before, value)
        elif name not in merged or not _is_figure(before) or _is_figure(value):
            merged[name] = value
    return merged


def _is_figure(value: object) -> bool:
    """Return whether a value says something that a later 0 must not replace."""
    if isinstance(value, bool | dict):
        return bool(value)
    if isinstance(value, str):
        return bool(amount(value))
    return (number(value) or 0) > 0


def read_usage(raw: object, headers: Mapping[str, str]) -> Usage:
    """Read an OpenAI-like usage object and the cost; what is missing or absurd is None.

    Also that of another API, from a relay that did not translate it.

    Args:
        raw: Its names in snake case.
        headers: By lower-case name.
    """
    cost = read_cost(raw, headers)
    if not isinstance(raw, dict):
        return Usage(cost_usd=cost)
    if PROMPT in raw and not raw.get("prompt_tokens"):
        return read_gemini_usage(raw, headers)
    details = _first_object(raw, "prompt_tokens_details", "input_tokens_details")
    names = ("prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens")
    cached = _first_count(details, "cached_tokens")
    cached = _first_count(raw, *names) if cached is None else cached
    prompt = _prompt_tokens(raw)
    output = _first_count(raw, "completion_tokens", "output_tokens", "output_token_count")
    reasoning = _reasoning_tokens(raw)
    total = token_count(raw.get("total_tokens"))
    if total is not None:
        prompt, output = _settled(total, prompt, output, reasoning, cached)
    # A part that is more than the whole stands outside of it.
    if prompt and cached and cached > prompt:
        prompt += cached
    if total is None and output is not None and reasoning and reasoning > output:
        output += reasoning
    return Usage(
        input_tokens=prompt,
        output_tokens=output,
        cached_tokens=cached,
        reasoning_tokens=reasoning,
        cost_usd=cost,
    )


def known_usage(usage: Usage, *, has_tokens: bool) -> Usage:
    """Return the usage of a good reply without the counts that cannot be true.

    A probe has a prompt, and text has tokens: a 0 in their place is a figure that was not counted.
    Neither is a cost of 0 then that the relay computed from such counts.

    Args:
        usage: As the reply states it.
        has_tokens: Whether the reply holds text, reasoning or a call.
    """
    no_input = usage.input_tokens == 0
    no_output = has_tokens and usage.output_tokens == 0
    if not no_input and not no_output:
        return usage
    uncounted = no_input and not usage.output_tokens
    return replace(
        usage,
        input_tokens=None if no_input else usage.input_tokens,
        output_tokens=None if no_output else usage.output_tokens,
        cost_usd=None if uncounted and usage.cost_usd == 0 else usage.cost_usd,
    )


def _first_object(raw: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return next((found for name in names if (found := object_in(raw, name))), {})


def _first_count(raw: Mapping[str, Any], *names: str) -> int | None:
    """Return the first count above 0 among the fields, else a 0 that was given."""
    counts = [count for name in names if (count := token_count(raw.get(name))) is not None]
    return next((count for count in counts if count), counts[0] if counts else None)


def _prompt_tokens(raw: Mapping[str, Any]) -> int | None:
    """Return all of the prompt: DeepSeek's hits and misses add up, Anthropic's cache is outside."""
    prompt = token_count(raw.get("prompt_tokens"))
    if prompt:
        return prompt
    hit, miss = (token_count(raw.get(f"prompt_cache_{part}_tokens")) for part in ("hit", "miss"))
    if hit is not None and miss is not None and hit + miss:
        return hit + miss
    fresh = _first_count(raw, "input_tokens", "input_token_count")
    if fresh is None:
        return prompt
    if "input_tokens_details" not in raw:
        fresh += sum(
            token_count(raw.get(f"cache_{part}_input_tokens")) or 0 for part in ("read", "creation")
        )
    return fresh or prompt or 0


def _reasoning_tokens(raw: Mapping[str, Any]) -> int | None:
    details = _first_object(raw, "completion_tokens_details", "output_tokens_details")
    inside = token_count(details.get("reasoning_tokens"))
    return inside if inside is not None else token_count(raw.get("reasoning_tokens"))


def _settled(
    total: int, prompt: int | None, output: int | None, reasoning: int | None, cached: int | None
) -> tuple[int | None, int | None]:
    """Return prompt and output such that they add up to the total, where it says more than they.

    Some servers (xAI, Gemini's OpenAI-compatible one) count reasoning in the total alone. A total
    that is larger by the cached tokens says that these stand outside of the prompt.
    """
    if not prompt or output is None:
        left = total - (prompt or 0) - (output or 0)
        if left <= 0 or (not prompt and not output):
            return prompt, output
        return (prompt, left) if prompt else (left, output)
    excess = total - prompt - output
    if excess <= 0:
        return prompt, output
    if cached and excess == cached and excess != reasoning:
        return prompt + cached, output
    if reasoning == 0:
        return prompt, output
    return prompt, output + excess
