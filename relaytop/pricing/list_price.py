"""Official list prices, offline, from genai-prices; importing that takes 0.2 s and 20 MB."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from relaytop.config.settings import Price
from relaytop.pricing.cost import PER_MILLION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genai_prices.types import PriceCalculation

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
    request = _usd(base_url, model, at, ())
    sums = [
        _usd(base_url, model, at, kinds)
        for kinds in (
            ("input_tokens",),
            ("output_tokens",),
            ("input_tokens", "cache_read_tokens"),
            ("input_tokens", "cache_write_tokens"),
        )
    ]
    fee = request or 0.0
    rates = [None if usd is None else round((usd - fee) * PER_MILLION / _TOKENS, 9) for usd in sums]
    if rates[0] is None or rates[1] is None:
        return None
    return Price(
        rates[0],
        rates[1],
        cached_input=rates[2],
        request=fee,
        cache_write=rates[3],
        source=SOURCE,
    )


def official_price(model: str, at: float) -> Price | None:
    """Return a model's price at its maker, found by its name alone; None where it is unknown.

    A maker's list counts only for models that the maker serves: open weights that others host
    (gpt-oss, gemma, distillations) have no official price, nor have a relay's variants (`:free`).
    """
    name = model.rpartition("/")[2].removesuffix(":thinking")
    if ":" in name or _OPEN_WEIGHTS.search(name):
        return None
    for url, prefixes in _makers().items():
        if name.startswith(prefixes) and _is_same(name, _listed_as(url, name, at)):
            return list_price(url, name, at)
    return None


_OPEN_WEIGHTS = re.compile(
    r"^gpt-oss|^gemma|distill|chimera|qwen|llama|-zero\b|\b\d+(?:\.\d+)?b-(?:instruct|it|a\d)"
)
"""Names of models that go by their maker's name and are not served by it."""
_VERSION = re.compile(r"\d{4,}|latest|preview|exp|beta|p")
"""Parts of a name that tell one issue of a model from another."""


def _is_same(name: str, listed: str | None) -> bool:
    """Return whether a list's entry is that model, and not only one that begins alike."""
    if listed is None:
        return False
    ours, theirs = (
        {part for part in re.split(r"[-.]", text.lower()) if not _VERSION.fullmatch(part)}
        for text in (name, listed)
    )
    return ours <= theirs or theirs <= ours


def _listed_as(base_url: str, model: str, at: float) -> str | None:
    """Return the id under which a provider's list has a model."""
    found = _calculated(base_url, model, at, ())
    return None if found is None else found.model.id


@lru_cache(maxsize=1)
def _makers() -> dict[str, tuple[str, ...]]:
    return {
        "https://api.openai.com/v1": ("gpt-", "o1", "o3", "o4", "chatgpt-"),
        "https://api.anthropic.com": ("claude-",),
        "https://generativelanguage.googleapis.com": ("gemini-",),
        "https://api.deepseek.com/v1": ("deepseek-",),
        "https://api.mistral.ai/v1": ("mistral-", "codestral-", "ministral-", "magistral-"),
        "https://api.x.ai/v1": ("grok-",),
    }


def _usd(base_url: str, model: str, at: float, kinds: Sequence[str]) -> float | None:
    """Return the USD of a request with so many tokens that count as all of `kinds`.

    `kinds` are names of `Usage`; without any the request itself has its price.
    """
    found = _calculated(base_url, model, at, kinds)
    return None if found is None else float(found.total_price)


def _calculated(
    base_url: str, model: str, at: float, kinds: Sequence[str]
) -> PriceCalculation | None:
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - see above

    moment = datetime.fromtimestamp(at, UTC)
    usage = Usage(**dict.fromkeys(kinds, _TOKENS))
    try:
        return calc_price(usage, model, provider_api_url=base_url, genai_request_timestamp=moment)
    except (LookupError, ValueError):
        return None
