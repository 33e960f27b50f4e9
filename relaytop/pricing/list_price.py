"""Official list prices, offline, from genai-prices; importing that takes 0.2 s and 20 MB."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from relaytop.config.settings import Price

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCE = "list"
_TOKENS = 1000
"""Few enough for the first tier: some models cost more in long prompts."""


def list_price(base_url: str, model: str, at: float) -> Price | None:
    """Return a model's price at an official API or a known relay; None where that is unknown.

    Args:
        base_url: The provider's; an unknown host has no list prices, whatever its models' names.
        model: The model's id there.
        at: Unix seconds; some prices depend on the hour.
    """
    rates = [
        _usd_per_million(base_url, model, at, kinds)
        for kinds in (
            ("input_tokens",),
            ("output_tokens",),
            ("input_tokens", "cache_read_tokens"),
            ("input_tokens", "cache_write_tokens"),
        )
    ]
    if rates[0] is None or rates[1] is None:
        return None
    return Price(rates[0], rates[1], cached_input=rates[2], cache_write=rates[3], source=SOURCE)


def official_price(model: str, at: float) -> Price | None:
    """Return a model's price at its maker, found by its name alone; None where it is unknown."""
    name = model.rpartition("/")[2]
    for url, prefixes in _makers().items():
        if name.startswith(prefixes):
            return list_price(url, name, at)
    return None


@lru_cache(maxsize=1)
def _makers() -> dict[str, tuple[str, ...]]:
    return {
        "https://api.openai.com/v1": ("gpt-", "o1", "o3", "o4", "chatgpt-"),
        "https://api.anthropic.com": ("claude-",),
        "https://generativelanguage.googleapis.com": ("gemini-", "gemma-"),
        "https://api.deepseek.com/v1": ("deepseek-",),
        "https://api.mistral.ai/v1": ("mistral-", "codestral-", "ministral-", "magistral-"),
        "https://api.x.ai/v1": ("grok-",),
    }


def _usd_per_million(base_url: str, model: str, at: float, kinds: Sequence[str]) -> float | None:
    """Return USD per million tokens that count as all of `kinds` (names of `Usage`)."""
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - see above

    moment = datetime.fromtimestamp(at, UTC)
    usage = Usage(**dict.fromkeys(kinds, _TOKENS))
    try:
        found = calc_price(usage, model, provider_api_url=base_url, genai_request_timestamp=moment)
    except (LookupError, ValueError):
        return None
    return float(found.total_price) * 1_000_000 / _TOKENS
