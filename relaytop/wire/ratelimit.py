"""Rate-limit headers in one form: limit, remaining and reset, for requests and for tokens."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from relaytop.wire.durations import wait_s
from relaytop.wire.facts import Limit, RateLimit
from relaytop.wire.ietf_limits import read_draft, tightness
from relaytop.wire.json_document import object_in
from relaytop.wire.numbers import count

if TYPE_CHECKING:
    from collections.abc import Mapping

_UPSTREAM = "llm_provider-"
"""LiteLLM's prefix for the headers of its upstream."""
_BASES = {
    "ratelimit": None,
    "ratelimits": None,
    "ratelimitbysize": "tokens",  # Mistral's
    "tokenlimit": "tokens",  # Together's
}
"""The words by which a header is a rate limit's → the kind that they imply."""
_FIGURES = {
    "limit": "limit",
    "max": "limit",
    "remaining": "remaining",
    "reset": "reset",
    "resets": "reset",
}
_KINDS = {
    **dict.fromkeys(("requests", "request", "reqs", "req", "rpm", "rpd", "calls"), "requests"),
    **dict.fromkeys(("tokens", "token", "toks", "tok", "tpm", "tpd"), "tokens"),
    **dict.fromkeys(("input", "prompt"), "input_tokens"),
    **dict.fromkeys(("output", "completion", "generated", "generation"), "output_tokens"),
}
_FILLERS = frozenset({"x", "per", "after", "at", "in", "s", "sec", "seconds"})
_MILLISECONDS = frozenset({"ms", "milliseconds", "millis"})
_NO_LIMIT = frozenset({"unified", "policy", "over", "type", "cost", "used", "renewalperiod"})
"""Words of headers that carry something else than a limit's state."""
_LIST = re.compile("[,;]")
_WORDS = re.compile("[-_]")


class _Name(NamedTuple):
    """A rate-limit header's name, taken apart."""

    upstream: bool
    kind: str | None
    window: tuple[str, ...]
    """What is left of the name: a window, a key's or a project's scope; any order is the same."""
    figure: str
    milliseconds: bool


def read_rate_limit(headers: Mapping[str, str], now: float) -> RateLimit | None:
    """Read the limits in headers (by lower-case name); None where there are none.

    A name may have its words in any order and with any suffix. Of a kind's windows the tightest
    counts; limits that a relay copies from its upstream count where it has none of its own.
    """
    groups: dict[tuple[bool, str | None, tuple[str, ...]], dict[str, str]] = {}
    for name, text in headers.items():
        parsed = _parse(name)
        if parsed is not None:
            key = (parsed.upstream, parsed.kind, parsed.window)
            value = _in_seconds(text) if parsed.milliseconds else text
            groups.setdefault(key, {}).setdefault(parsed.figure, value)
    found: dict[str, Limit] = {}
    for upstream in (False, True):
        for kind in (*dict.fromkeys(_KINDS.values()), None):
            windows = {
                window: _limit(figures, now)
                for (is_upstream, of_kind, window), figures in groups.items()
                if (is_upstream, of_kind) == (upstream, kind)
            }
            limit = _tightest(windows)
            if limit is not None:
                found.setdefault(kind or "requests", limit)
    if "requests" not in found:
        draft = read_draft(headers, now)
        if draft is not None:
            found["requests"] = draft
    return RateLimit(**found) if found else None


def _parse(name: str) -> _Name | None:
    """Take a header's name apart; None for one that is no rate limit's."""
    if "limit" not in name:
        return None
    upstream = name.startswith(_UPSTREAM)
    words = _WORDS.split(name.removeprefix(_UPSTREAM).replace("rate-limit", "ratelimit"))
    base = next((word for word in words if word in _BASES), None)
    if base is None:
        return None
    words.remove(base)
    if _NO_LIMIT.intersection(words):
        return None
    # The first: "limit" may stand for the figure, and for nothing else once the base is gone.
    figure = next((_FIGURES[word] for word in words if word in _FIGURES), None)
    if figure is None:
        return None
    kinds = [_KINDS[word] for word in words if word in _KINDS]
    # input-tokens, tokens-prompt: the more specific of two kinds.
    kind = next((each for each in kinds if each.endswith("_tokens")), kinds[0] if kinds else None)
    known = _FIGURES.keys() | _KINDS.keys() | _FILLERS | _MILLISECONDS
    window = tuple(sorted(word for word in words if word not in known))
    milliseconds = figure == "reset" and not _MILLISECONDS.isdisjoint(words)
    return _Name(upstream, kind or _BASES[base], window, figure, milliseconds)


def _in_seconds(text: str) -> str:
    value = count(text)
    return "" if value is None else str(value / 1000)


def _limit(figures: Mapping[str, str], now: float) -> Limit:
    # An older draft puts the policy behind the figure: `100, 100;w=60`.
    limit, remaining = (
        count(_LIST.split(figures.get(name, ""))[0]) for name in ("limit", "remaining")
    )
    return Limit(limit, remaining, wait_s(figures.get("reset"), now))


def _tightest(windows: Mapping[tuple[str, ...], Limit]) -> Limit | None:
    """Return the tightest of a kind's limits, by window; None where none was readable.

    What the tightest does not say is filled in from a header that names no window, if that is no
    limit of its own.
    """
    known = [
        limit
        for limit in windows.values()
        if limit.limit is not None or limit.remaining is not None
    ]
    if not known:
        return next((limit for limit in windows.values() if limit != Limit()), None)
    limit = min(known, key=tightness)
    general = windows.get((), Limit())
    if general is limit or general.remaining is not None:
        return limit
    return replace(
        limit,
        limit=general.limit if limit.limit is None else limit.limit,
        reset_s=general.reset_s if limit.reset_s is None else limit.reset_s,
    )


def limits_in(error: Mapping[str, Any], now: float) -> RateLimit | None:
    """Read the limits that an error's body quotes (OpenRouter's `metadata.headers`)."""
    return read_rate_limit(quoted_headers(error), now)


def quoted_headers(error: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers that OpenRouter quotes in an error's body, by lower-case name."""
    headers = object_in(object_in(error, "metadata"), "headers")
    return {
        name.lower(): str(value)
        for name, value in headers.items()
        if isinstance(value, str | int | float)
    }
