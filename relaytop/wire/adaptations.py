"""Adaptations of a target's requests, learned from refusals, as a set of words."""

from __future__ import annotations

import re

MAX_COMPLETION_TOKENS = "max_completion_tokens"
"""Send the bound on the reply under its newer name."""
NO_STREAM_OPTIONS = "no_stream_options"
"""Leave `stream_options` out."""
NO_STORE = "no_store"
"""Leave `store` out of a request to the Responses API."""
RAISE_MAX_TOKENS = "raise_max_tokens"
"""Raise the bound on the reply; the refusal does not say to what."""
MAX_RAISE = 1024
"""No refusal makes us ask for more: a reply is paid for, and the server is not trusted."""
FIRST_STEP, STEP = 64, 4
"""Where no figure is named: to this many tokens at least, or to this many times as many."""

_MIN_TOKENS = "min_tokens="
_NAME = re.compile(r"max_(?:completion_|output_|new_)?tokens|maxoutputtokens")
_AT_LEAST = re.compile(
    r"(?:>=|≥|at least|no less than|greater than or equal to|between"
    r"|minimum(?: value)?(?: is| of)?:?|range[^\d\[]{0,40}\[)\s?(\d{1,6})"
)
_TOO_MUCH = re.compile(r"too (?:large|long|many)|context (?:length|window)|reduce|exceed")
_MORE_THAN = re.compile(r"greater than (\d{1,6})")
_TOO_SMALL = re.compile(
    r"below (?:the )?min|below_min|too (?:small|low)|(?:higher|larger|increase) (?:the )?\W?max"
)


def min_tokens(tokens: int) -> str:
    """Return the adaptation to a server that refuses a bound below `tokens`."""
    return f"{_MIN_TOKENS}{tokens}"


def token_bound_adaptation(message: str) -> str | None:
    """Return the adaptation to a refused bound on the reply; `message` is in lower case."""
    if _NAME.search(message) is None or _TOO_MUCH.search(message) is not None:
        return None
    named = _AT_LEAST.search(message)
    above = _MORE_THAN.search(message)
    if named is not None or above is not None:
        tokens = int(named[1]) if named is not None else int(above[1]) + 1 if above else 0
        return min_tokens(tokens) if tokens <= MAX_RAISE else None
    return RAISE_MAX_TOKENS if _TOO_SMALL.search(message) else None


def adapted_max_tokens(adaptations: frozenset[str], max_tokens: int) -> int:
    """Return the bound on a reply to send in place of `max_tokens`."""
    figures = (a.removeprefix(_MIN_TOKENS) for a in adaptations if a.startswith(_MIN_TOKENS))
    return max([max_tokens, *map(int, figures)])


def adapt(adaptations: frozenset[str], new: str, sent_max_tokens: int) -> frozenset[str]:
    """Add an adaptation to those of a target.

    Args:
        adaptations: Those so far.
        new: From a refusal (`Reply.adaptation`).
        sent_max_tokens: The bound on the reply in the refused request.
    """
    if new == RAISE_MAX_TOKENS:
        new = min_tokens(min(max(FIRST_STEP, STEP * sent_max_tokens), MAX_RAISE))
    if not new.startswith(_MIN_TOKENS):
        return adaptations | {new}
    others = {each for each in adaptations if not each.startswith(_MIN_TOKENS)}
    return frozenset(others | {min_tokens(adapted_max_tokens(adaptations | {new}, 0))})
