"""What refusals teach of a target, as a set of words: how its next requests must differ."""

from __future__ import annotations

import re

MAX_COMPLETION_TOKENS = "max_completion_tokens"
"""The bound on the reply goes by its newer name."""
NO_STREAM_OPTIONS = "no_stream_options"
MORE_TOKENS = "more_tokens"
"""The bound is too small; the refusal does not say what would do."""
MOST_TOKENS = 1024
"""No refusal makes us ask for more: a reply is paid for, and the server is not trusted."""
FIRST_STEP, STEP = 64, 4
"""Where no figure is named: to this many tokens at least, or to this many times as many."""

_AT_LEAST = "at_least="
_NAME = re.compile(r"max_(?:completion_|output_|new_)?tokens|maxoutputtokens")
_LEAST = re.compile(
    r"(?:>=|≥|at least|no less than|greater than or equal to|between"
    r"|minimum(?: value)?(?: is| of)?:?|range[^\d\[]{0,40}\[)\s?(\d{1,6})"
)
_TOO_MUCH = re.compile(r"too (?:large|long|many)|context (?:length|window)|reduce|exceed")
_MORE_THAN = re.compile(r"greater than (\d{1,6})")
_TOO_SMALL = re.compile(
    r"below (?:the )?min|below_min|too (?:small|low)|(?:higher|larger|increase) (?:the )?\W?max"
)


def at_least(tokens: int) -> str:
    """Return the lesson that a smaller bound on the reply is refused."""
    return f"{_AT_LEAST}{tokens}"


def lesson_in(words: str) -> str | None:
    """Return what a refusal (in lower case) of a small bound on the reply teaches."""
    if _NAME.search(words) is None or _TOO_MUCH.search(words) is not None:
        return None
    named = _LEAST.search(words)
    above = _MORE_THAN.search(words)
    if named is not None or above is not None:
        tokens = int(named[1]) if named is not None else int(above[1]) + 1 if above else 0
        return at_least(tokens) if tokens <= MOST_TOKENS else None
    return MORE_TOKENS if _TOO_SMALL.search(words) else None


def bound(learned: frozenset[str], tokens: int) -> int:
    """Return the bound on a reply to ask for in place of `tokens`."""
    figures = (word.removeprefix(_AT_LEAST) for word in learned if word.startswith(_AT_LEAST))
    return max([tokens, *map(int, figures)])


def learn(known: frozenset[str], lesson: str, sent: int) -> frozenset[str]:
    """Add a lesson to those known.

    Args:
        known: What the target has taught so far.
        lesson: What a refusal teaches (`Reply.learned`).
        sent: The bound on the reply that was refused, or not.
    """
    if lesson == MORE_TOKENS:
        lesson = at_least(min(max(FIRST_STEP, STEP * sent), MOST_TOKENS))
    if not lesson.startswith(_AT_LEAST):
        return known | {lesson}
    least = bound(known | {lesson}, 0)
    return frozenset({word for word in known if not word.startswith(_AT_LEAST)} | {at_least(least)})
