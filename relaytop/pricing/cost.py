"""The cost of a probe."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.config.settings import Price
    from relaytop.wire.facts import Usage

PER_MILLION = 1_000_000


def cost_usd(usage: Usage, price: Price | None) -> tuple[float | None, str | None]:
    """Return (USD, source): the relay's own figure, else by the model's price, else unknown.

    The source is `reply`, `config` or `list`; both are None where the cost is unknown. Cached
    tokens are a part of the input, reasoning tokens of the output.
    """
    if usage.cost_usd is not None:
        return usage.cost_usd, "reply"
    if price is not None and not price.input and not price.output:
        return price.request, price.source  # however many tokens there were
    if price is None or usage.input_tokens is None or usage.output_tokens is None:
        return None, None
    left = usage.input_tokens
    total = usage.output_tokens * price.output
    for count, rate in (
        (usage.cached_tokens, price.cached_input),
        (usage.cache_write_tokens, price.cache_write),
    ):
        part = min(count or 0, left)
        left -= part
        total += part * (price.input if rate is None else rate)
    return (total + left * price.input) / PER_MILLION + price.request, price.source
