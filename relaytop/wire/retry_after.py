"""How long a server asks to wait, wherever it says so: headers, fields of the body, its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from relaytop.wire.durations import LONGEST_S, wait_in_words, wait_s
from relaytop.wire.error_body import message_of
from relaytop.wire.numbers import number
from relaytop.wire.ratelimit import quoted_headers, read_rate_limit
from relaytop.wire.text import INPUT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relaytop.wire.facts import Limit

_WAITS = ("retry-after", "llm_provider-retry-after")
"""The first headers that are trusted, before others whose names hold the same words."""
_RESETS = ("anthropic-ratelimit-unified-reset", "reset_at")
"""Resets that name no limit: Anthropic's, and LiteLLM's for a key."""
_FIELDS = (
    "retryafter",
    "retryin",
    "retrydelay",
    "tryagainin",
    "resetat",
    "resettime",
    "resettimestamp",
    "resetdelay",
    "resetsat",
    "resetsin",
    "resetin",
    "resetafter",
    "waittime",
    "wait",
    "estimatedtime",
    "availableat",
    "retryat",
    "timetoreset",
    "backoff",
    "cooldown",
)
"""The fields of an error that hold a wait, without separators, the most trusted first."""
_UNITS_S = {
    **dict.fromkeys(("ms", "milliseconds", "inms"), 1e-3),
    **dict.fromkeys(("seconds", "inseconds", "secs", "s", ""), 1.0),
    **dict.fromkeys(("minutes", "inminutes", "mins"), 60.0),
}
"""What a field's name may end with → seconds."""
_SEPARATORS = re.compile(r"[^a-z]")
_FIELD = re.compile(f"(?:quota|ratelimit|limit|next)?({'|'.join(_FIELDS)})({'|'.join(_UNITS_S)})")
_HEADER = re.compile(
    r"(?:retry-?(?:after|in)(?:-?in)?|time-?remaining)-?(ms|milliseconds|seconds|secs|s)?$"
)
_MAX_DEPTH = 5


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
    waits = [*_from_headers(headers, now), *_from_body(error, now)]
    waits.append(wait_in_words(message_of(error)[:INPUT_LIMIT], now))
    waits += [wait_s(headers.get(name), now) for name in _RESETS]
    wait = next((wait for wait in waits if wait is not None), None)
    if wait is not None:
        return wait
    limits = read_rate_limit(headers, now)
    known = [] if limits is None else [limit for _kind, limit in limits.known]
    return _reset_s([limit for limit in known if limit.reset_s is not None], limited=limited)


def _from_headers(headers: Mapping[str, str], now: float) -> list[float | None]:
    waits = [_milliseconds(headers.get("retry-after-ms"))]
    waits += [wait_s(headers.get(name), now) for name in _WAITS]
    for name, text in headers.items():
        unit = _HEADER.search(name.replace("_", "-"))
        if unit is not None:
            milliseconds = (unit[1] or "").startswith("m")
            waits.append(_milliseconds(text) if milliseconds else wait_s(text, now))
    return waits


def _milliseconds(text: object) -> float | None:
    value = number(text)
    return value / 1000 if value is not None and 0 <= value <= LONGEST_S * 1000 else None


def _from_body(error: Mapping[str, Any], now: float) -> list[float | None]:
    """Return the waits that an error's fields name, the most trusted first."""
    quoted = quoted_headers(error)
    found = sorted(_fields(error, _MAX_DEPTH), key=lambda field: _FIELDS.index(field[0]))
    # A field's own wait, then that of the headers which OpenRouter quotes, then Gemini's details.
    details = [each for each in found if each[0] == "retrydelay"]
    waits = [_field_wait(*each, now) for each in found if each[0] != "retrydelay"]
    waits += [wait_s(quoted.get(name), now) for name in ("retry-after", "x-ratelimit-reset")]
    return [*waits, *(_field_wait(*each, now) for each in details)]


def _fields(value: object, depth: int) -> Iterator[tuple[str, str, object]]:
    """Yield (name, unit, value) of each field that holds a wait, from the outside in."""
    if isinstance(value, dict):
        for name, each in value.items():
            field = _FIELD.fullmatch(_SEPARATORS.sub("", str(name).lower()))
            # A Duration of protobuf is an object.
            wait = each.get("seconds") if isinstance(each, dict) else each
            if field is not None and isinstance(wait, str | int | float):
                yield field[1], field[2], wait
        inner: Sequence[object] = [each for name, each in value.items() if name != "headers"]
    else:
        inner = value if isinstance(value, list) else []
    if depth:
        for each in inner:
            yield from _fields(each, depth - 1)


def _field_wait(_name: str, unit: str, value: object, now: float) -> float | None:
    if isinstance(value, bool):
        return None
    factor = _UNITS_S[unit]
    if factor < 1.0:
        return _milliseconds(value)
    wait = wait_s(str(value), now)
    return wait * factor if wait is not None and wait * factor <= LONGEST_S else None


def _reset_s(limits: Sequence[Limit], *, limited: bool) -> float | None:
    """Return the reset to wait for among limits that have one."""
    for remaining in (0, None):
        resets = [limit.reset_s or 0.0 for limit in limits if limit.remaining == remaining]
        if resets:
            return max(resets)
    return min(limits, key=lambda limit: limit.share_left).reset_s if limited and limits else None
