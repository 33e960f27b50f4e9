"""Gemini's usage object, its names in snake case: Vertex and some relays write them so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.wire.cost import read_cost
from relaytop.wire.facts import Usage
from relaytop.wire.numbers import token_count

if TYPE_CHECKING:
    from collections.abc import Mapping

PROMPT = "prompt_token_count"
"""The field that such an object has."""


def read_gemini_usage(raw: object, headers: Mapping[str, str]) -> Usage:
    """Read a `usageMetadata`, whose thoughts stand outside the candidates' tokens.

    Args:
        raw: Its names in snake case.
        headers: By lower-case name.
    """
    cost = read_cost(raw, headers)
    if not isinstance(raw, dict):
        return Usage(cost_usd=cost)
    prompt = token_count(raw.get(PROMPT))
    return Usage(
        input_tokens=prompt,
        output_tokens=_output_tokens(raw, prompt),
        cached_tokens=token_count(raw.get("cached_content_token_count")),
        reasoning_tokens=token_count(raw.get("thoughts_token_count")),
        cost_usd=cost,
    )


def _output_tokens(raw: Mapping[str, Any], prompt: int | None) -> int | None:
    """Return the candidates' tokens and the thoughts; None where both are missing or one absurd.

    The total decides where it says that the thoughts are counted among the candidates' already,
    and where neither figure is given.
    """
    counts = [raw.get(name) for name in ("candidates_token_count", "thoughts_token_count")]
    known = [token_count(count) for count in counts if count is not None]
    figures = [count for count in known if count is not None]
    total = token_count(raw.get("total_token_count"))
    tools = token_count(raw.get("tool_use_prompt_token_count")) or 0
    left = None if total is None or prompt is None else total - prompt - tools
    if not known:
        return left or None
    if len(figures) < len(known):
        return None
    inside = len(figures) == len(counts) and left == figures[0] and figures[1] <= figures[0]
    return figures[0] if inside else sum(figures)
