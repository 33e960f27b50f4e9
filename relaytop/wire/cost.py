"""The relay's own figure for a request's cost, in each form that relays give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.wire.json_document import object_in
from relaytop.wire.numbers import number, usd

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIELDS = (
    "cost",
    "total_cost",
    "cost_usd",
    "total_cost_usd",
    "cost_in_usd",
    "total_price",
    "usd_spent",
    "estimated_cost",
    "response_cost",
)
"""A usage object's fields: OpenRouter's and LiteLLM's first, DeepInfra's `estimated_cost`."""
_TOTALS = ("total_cost", "total", "total_cost_usd", "total_usd", "cost", "usd", "amount", "value")
"""The total of a cost that is an object, as Perplexity's is."""
_PART = "_cost"
_TICKS = "cost_in_usd_ticks"
_TICKS_PER_USD = 1e10
"""xAI's unit."""
_DOLLARS = ("", "usd", "$", "us$", "us dollar", "usd credits", "credits")
_UPSTREAM = "upstream_inference_cost"
_UPSTREAM_PARTS = ("upstream_inference_prompt_cost", "upstream_inference_completions_cost")
_HEADERS = ("x-litellm-response-cost",)


def read_cost(raw: object, headers: Mapping[str, str]) -> float | None:
    """Return the request's cost in USD by the relay's own account; None where it gives none.

    Args:
        raw: The usage object.
        headers: By lower-case name.
    """
    own = _own_cost(raw) if isinstance(raw, dict) else []
    if isinstance(raw, dict) and raw.get("is_byok") is True:
        # OpenRouter with the user's own key: its cost is its fee, the upstream bills the rest.
        upstream = _upstream_cost(raw)
        return None if upstream is None else upstream + (own[0] if own else 0.0)
    stated = [*own, *(cost for name in _HEADERS if (cost := usd(headers.get(name))) is not None)]
    if isinstance(raw, dict) and not any(stated) and raw.get("is_byok") is None:
        upstream = _upstream_cost(raw)
        stated += [upstream] if upstream else []
    return next((cost for cost in stated if cost > 0), stated[0] if stated else None)


def amount(value: object) -> float | None:
    """Return a cost in USD from a number, a text or an object with a total; None otherwise."""
    if isinstance(value, str):
        return usd(_bare(value))
    if not isinstance(value, dict):
        return usd(value)
    if not _in_dollars(value):
        return None
    totals = [total for name in _TOTALS if (total := _plain_amount(value.get(name))) is not None]
    if totals:
        return max(totals)
    parts = [
        part
        for name, each in value.items()
        if name.endswith(_PART) and (part := _plain_amount(each)) is not None
    ]
    return usd(sum(parts)) if parts else None


def _in_dollars(holder: Mapping[str, object]) -> bool:
    """Return whether an object's amounts are US dollars: nothing says that they are not."""
    currency = holder.get("currency") or holder.get("unit") or ""
    return isinstance(currency, str) and currency.strip().lower() in _DOLLARS


def _plain_amount(value: object) -> float | None:
    return usd(_bare(value) if isinstance(value, str) else value)


def _bare(text: str) -> str:
    """Return an amount without its currency: `$0.01`, `0.01 USD`."""
    text = text.strip()
    for sign in ("US$", "$", "USD", "usd"):
        text = text.removeprefix(sign).removesuffix(sign).strip()
    return text


def _own_cost(raw: Mapping[str, object]) -> list[float]:
    """Return what the usage object states, a figure before a zero."""
    if not _in_dollars(raw):
        return []
    stated = [cost for name in _FIELDS if (cost := amount(raw.get(name))) is not None]
    ticks = number(raw.get(_TICKS))
    priced = usd(ticks / _TICKS_PER_USD) if ticks is not None else None
    if priced is not None:
        stated.append(priced)
    return sorted(stated, key=lambda cost: cost == 0)


def _upstream_cost(raw: Mapping[str, object]) -> float | None:
    details = object_in(raw, "cost_details")
    for holder in (details, raw):
        total = amount(holder.get(_UPSTREAM))
        if total is not None:
            return total
    parts = [part for name in _UPSTREAM_PARTS if (part := amount(details.get(name))) is not None]
    return usd(sum(parts)) if parts else None
