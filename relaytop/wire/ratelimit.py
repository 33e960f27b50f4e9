"""Rate-limit headers in one form: limit, remaining and reset, for requests and for tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from relaytop.wire.durations import LONGEST_S, wait_s
from relaytop.wire.error_body import details_of
from relaytop.wire.facts import Limit, RateLimit
from relaytop.wire.ietf_limits import read_draft
from relaytop.wire.json_document import object_in
from relaytop.wire.numbers import count, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES = {
    "requests": ("requests", "req-minute"),
    "tokens": ("tokens", "tokens-minute"),
    "input_tokens": ("input-tokens",),
    "output_tokens": ("output-tokens",),
}
"""Kind → its names in headers."""
_SHAPES = (
    "x-ratelimit-api_key-{what}-{kind}",
    "x-ratelimit-{what}-{kind}",
    "anthropic-ratelimit-{kind}-{what}",
    "llm_provider-x-ratelimit-{what}-{kind}",
    "llm_provider-anthropic-ratelimit-{kind}-{what}",
)
_RESETS = ("anthropic-ratelimit-unified-reset", "reset_at")
"""Resets that name no limit: Anthropic's, and LiteLLM's for a key."""
_PLAIN = (
    ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
    ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"),
)
_LIST = re.compile("[,;]")


def read_rate_limit(headers: Mapping[str, str], now: float) -> RateLimit | None:
    """Read the limits in headers (by lower-case name); None where there are none."""
    if not any("ratelimit" in name for name in headers):
        return None
    found = {
        kind: limit
        for kind, names in _NAMES.items()
        if (limit := _first(headers, names, now)) is not None
    }
    if "requests" not in found:
        plain = _plain(headers, now) or read_draft(headers, now)
        if plain is not None:
            found["requests"] = plain
    return RateLimit(**found) if found else None


def _first(headers: Mapping[str, str], names: Sequence[str], now: float) -> Limit | None:
    limits = (_named(headers, shape, name, now) for shape in _SHAPES for name in names)
    return next((limit for limit in limits if limit is not None), None)


def _named(headers: Mapping[str, str], prefix: str, kind: str, now: float) -> Limit | None:
    def value(what: str) -> str | None:
        return headers.get(prefix.format(what=what, kind=kind))

    return _limit(value("limit"), value("remaining"), value("reset"), now)


def _plain(headers: Mapping[str, str], now: float) -> Limit | None:
    for limit_name, remaining_name, reset_name in _PLAIN:
        limit = _limit(
            headers.get(limit_name), headers.get(remaining_name), headers.get(reset_name), now
        )
        if limit is not None:
            return limit
    return None


def _limit(limit: str | None, remaining: str | None, reset: str | None, now: float) -> Limit | None:
    # An older draft puts the policy behind the figure: `100, 100;w=60`.
    figures = [_LIST.split(text or "")[0] for text in (limit, remaining)]
    known = Limit(count(figures[0]), count(figures[1]), wait_s(reset, now))
    return None if known == Limit() else known


def retry_after_s(
    headers: Mapping[str, str], error: Mapping[str, Any], now: float, *, limited: bool = False
) -> float | None:
    """Return how long the server asks to wait, from the first of its hints that is readable.

    Args:
        headers: The reply's headers by lower-case name.
        error: The body's error object; empty where there is none.
        now: Unix seconds.
        limited: Whether the reply failed for a limit: then the tightest one's reset is the wait,
            even where something is left of it (a request may need more than that).
    """
    milliseconds = number(headers.get("retry-after-ms"))
    if milliseconds is not None and 0 <= milliseconds <= LONGEST_S * 1000:
        return milliseconds / 1000
    for name in ("retry-after", "llm_provider-retry-after"):
        wait = wait_s(headers.get(name), now)
        if wait is not None:
            return wait
    wait = _from_body(error, now)
    if wait is not None:
        return wait
    for name in _RESETS:
        wait = wait_s(headers.get(name), now)
        if wait is not None:
            return wait
    limits = read_rate_limit(headers, now)
    known = [] if limits is None else [limit for _kind, limit in limits.known]
    return _reset_s([limit for limit in known if limit.reset_s is not None], limited=limited)


def _reset_s(limits: Sequence[Limit], *, limited: bool) -> float | None:
    """Return the reset to wait for among limits that have one."""
    for remaining in (0, None):
        resets = [limit.reset_s or 0.0 for limit in limits if limit.remaining == remaining]
        if resets:
            return max(resets)
    return min(limits, key=lambda limit: limit.share_left).reset_s if limited and limits else None


def limits_in(error: Mapping[str, Any], now: float) -> RateLimit | None:
    """Read the limits that an error's body quotes (OpenRouter's `metadata.headers`)."""
    return read_rate_limit(_quoted(error), now)


def _from_body(error: Mapping[str, Any], now: float) -> float | None:
    quoted = _quoted(error)
    hints = [error.get("retry_after"), error.get("reset_at")]
    hints += [quoted.get(name) for name in ("retry-after", "x-ratelimit-reset")]
    hints += [detail.get("retryDelay") for detail in details_of(error)]
    waits = [wait_s(_text(hint), now) for hint in hints]
    return next((wait for wait in waits if wait is not None), None)


def _quoted(error: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers that OpenRouter quotes in an error's body, by lower-case name."""
    headers = object_in(object_in(error, "metadata"), "headers")
    return {name.lower(): text for name, value in headers.items() if (text := _text(value))}


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""
