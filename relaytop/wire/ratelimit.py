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
    "left": "remaining",
    "available": "remaining",
    "reset": "reset",
    "resets": "reset",
}
_KINDS = {
    **dict.fromkeys(
        ("requests", "request", "reqs", "req", "rpm", "rpd", "call", "calls"), "requests"
    ),
    **dict.fromkeys(("tokens", "token", "toks", "tok", "tpm", "tpd"), "tokens"),
    **dict.fromkeys(("input", "prompt"), "input_tokens"),
    **dict.fromkeys(("output", "completion", "generated", "generation"), "output_tokens"),
}
_FILLERS = frozenset({"x", "per", "after", "at", "in", "s", "sec", "seconds", "time"})
_MILLISECONDS = frozenset({"ms", "milliseconds", "millis"})
_NO_LIMIT = frozenset(
    {
        *("unified", "policy", "over", "type", "cost", "used", "renewalperiod"),
        *("image", "images", "audio", "characters", "pages"),
        *("credit", "credits", "budget", "spend", "usd"),
    }
)
"""Words of headers that carry something else than the state of a limit of these kinds."""
_LIST = re.compile("[,;]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_PER = re.compile(r"^(\d+)(?: ?/| per | (?:requests?|tokens?)\b)")
_WORDS = re.compile("[-_.]")
_JOINT_WORD = re.compile(
    "time|remaining|limit|resets?|requests?|tokens?|input|output|prompt|completion|per|minute|hour|day"
)
"""The parts of a word that some servers write in one: `tokensperminute`."""


class _Name(NamedTuple):
    """A rate-limit header's name, taken apart."""

    upstream: bool
    kind: str | None
    window: tuple[str, ...]
    """What is left of the name: a window, a key's or a project's scope; any order is the same."""
    figure: str
    milliseconds: bool
    certain: bool
    """Whether the name says that it is a rate limit's."""


def read_rate_limit(headers: Mapping[str, str], now: float) -> RateLimit | None:
    """Read the limits in headers (by lower-case name); None where there are none.

    A name may have its words in any order and with any suffix. Of a kind's windows the tightest
    counts; limits that a relay copies from its upstream count where it has none of its own.
    """
    groups: dict[tuple[bool, str | None, tuple[str, ...]], dict[str, str]] = {}
    certain = set()
    for name, text in headers.items():
        parsed = _parse(name)
        if parsed is not None:
            key = (parsed.upstream, parsed.kind, parsed.window)
            value = _in_seconds(text) if parsed.milliseconds else text
            groups.setdefault(key, {}).setdefault(parsed.figure, value)
            if parsed.certain or parsed.figure == "remaining":
                certain.add(key)
    groups = {key: figures for key, figures in groups.items() if key in certain}
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
    if "limit" not in name and "remaining" not in name:
        return None
    upstream = name.startswith(_UPSTREAM)
    parts = _WORDS.split(name.removeprefix(_UPSTREAM).replace("rate-limit", "ratelimit"))
    base = next((word for word in parts if word in _BASES), None)
    if base is not None:
        parts.remove(base)
    words = [word for part in parts for word in _split(part)]
    if _NO_LIMIT.intersection(words):
        return None
    # The first: "limit" may stand for the figure, and for nothing else once the base is gone.
    figure = next((_FIGURES[word] for word in words if word in _FIGURES), None)
    if figure is None or (figure == "remaining" and "time" in words):
        return None
    kinds = [_KINDS[word] for word in words if word in _KINDS]
    # input-tokens, tokens-prompt: the more specific of two kinds.
    kind = next((each for each in kinds if each.endswith("_tokens")), kinds[0] if kinds else None)
    if base is None and kind is None:
        return None
    known = _FIGURES.keys() | _KINDS.keys() | _FILLERS | _MILLISECONDS
    window = tuple(sorted(word for word in words if word not in known))
    milliseconds = figure == "reset" and not _MILLISECONDS.isdisjoint(words)
    implied = _BASES[base] if base is not None else None
    return _Name(upstream, kind or implied, window, figure, milliseconds, base is not None)


def _split(word: str) -> list[str]:
    """Return the words of which one is made; itself where it is none of these."""
    found = _JOINT_WORD.findall(word)
    return found if "".join(found) == word else [word]


def _in_seconds(text: str) -> str:
    value = count(text)
    return "" if value is None else str(value / 1000)


def _limit(figures: Mapping[str, str], now: float) -> Limit:
    # An older draft puts the policy behind the figure: `100, 100;w=60`.
    limit, remaining = (_figure(figures.get(name, "")) for name in ("limit", "remaining"))
    return Limit(limit, remaining, wait_s(figures.get("reset"), now))


def _figure(text: str) -> int | None:
    """Return a figure that may have commas between thousands or a window behind it."""
    text = _LIST.split(_THOUSANDS.sub("", text))[0].strip()
    per = _PER.match(text)
    return count(per[1] if per is not None else text)


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
    headers = object_in(object_in(error, "metadata"), "headers") or object_in(error, "headers")
    return {
        name.lower(): str(value)
        for name, value in headers.items()
        if isinstance(value, str | int | float)
    }
