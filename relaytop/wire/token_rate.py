"""Tokens per second of a streamed reply: of those that were seen to come, while they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.wire.facts import Reply

MIN_TOKENS = 8
MIN_SPAN_S = 0.05
"""Below either a rate says more about the reads than about the model."""
MIN_READS = 3
"""Reads after the first that must have brought text: fewer are a burst, whatever their times."""


def tokens_per_s(reply: Reply, stamps_s: Sequence[float]) -> float | None:
    """Return the rate from the first delta to the last; None where it is undefined.

    The tokens of the first delta's read came before the clock started. Its share of all of them is
    that of its characters, since a chunk may hold several. Reasoning counts where it was streamed;
    what stayed hidden, or came as a summary alone, does not. A usage chunk at the end is no delta,
    however late it comes.

    Args:
        reply: Its token counts, and the characters that each read brought.
        stamps_s: The moment of each read, in seconds of one clock.
    """
    tokens, hidden = reply.usage.output_tokens, reply.usage.reasoning_tokens or 0
    if tokens is None:
        return None
    reasoning = sum(each.reasoning for each in reply.generated)
    is_streamed = reasoning >= hidden  # a character a token at the least
    reads = [
        (each.chunk, each.visible + (each.reasoning if is_streamed else 0))
        for each in reply.generated
    ]
    reads = [(chunk, characters) for chunk, characters in reads if characters]
    if not is_streamed:
        tokens -= hidden
    if tokens < MIN_TOKENS or len(reads) <= MIN_READS:
        return None
    span_s = stamps_s[reads[-1][0]] - stamps_s[reads[0][0]]
    if span_s < MIN_SPAN_S:
        return None
    characters = sum(count for _chunk, count in reads)
    return tokens * (1 - reads[0][1] / characters) / span_s
