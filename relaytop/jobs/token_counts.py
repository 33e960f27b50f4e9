"""The comparison of how providers count one prompt's input tokens: evidence, never a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_RATIO = 1.15
"""Beyond it, more than the template around the messages, or the prompt's nonce, is different."""


def token_remark(counts: Mapping[str, float]) -> str | None:
    """Return a sentence where targets count the same prompt too differently, else None.

    Args:
        counts: Target → input tokens, by its own count.
    """
    if not counts:
        return None
    most, least = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    high, low = counts[most], counts[least]
    if low <= 0 or high <= MAX_RATIO * low:
        return None
    return (
        f"{most} counts {high:.4g} input tokens where {least} counts {low:.4g} for the "
        f"same prompt, {(high / low - 1) * 100:.0f} % more: another tokenizer, an added system "
        f"prompt, or another model; the count alone cannot tell which"
    )
