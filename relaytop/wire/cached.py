"""Whether a relay answered from its cache: the signs in headers and body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relaytop.wire.json_document import object_in
from relaytop.wire.numbers import number
from relaytop.wire.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_SIGN = 128
"""Characters of a sign."""
_STATUS_NAME = re.compile(r"(?:^|[-_])cache(?:[-_](?:status|state|result|lookup))?$")
"""`x-portkey-cache-status`, `cf-cache-status`, `x-cache`, `helicone-cache`, `x-cache-lookup` …"""
_HIT_NAME = re.compile(r"(?:^|[-_])(?:cache[-_]?hits?|from[-_]cache|cached|is[-_]cached)$")
"""`x-litellm-cache-hit`, `x-cache-hits`, `x-from-cache` …"""
_HIT = re.compile(
    r"(?<![a-z])(?<!no[-_ ])(?<!not[-_ ])"
    r"(?:refresh)?(?:hit|stale|revalidated|updating)(?![a-z]|[-_ ]?for)",
    re.IGNORECASE,
)
"""HIT, SEMANTIC HIT, TCP_MEM_HIT, Hit from cloudfront; served stale or after a revalidation."""
_STANDARD = "cache-status"
"""RFC 9211: a list of caches, each with `hit` or the reason why it forwarded (`fwd=stale`)."""
_TRUE = frozenset({"true", "yes", "hit"})
_FALSE = frozenset({"false", "no", "miss", "0"})
_LITELLM_KEY, _LITELLM_HIT = "x-litellm-cache-key", "x-litellm-cache-hit"
_FIELDS = ("cached", "cache_hit", "cacheHit", "from_cache", "is_cached", "served_from_cache")


def cache_sign(
    headers: Mapping[str, str], document: Mapping[str, object], secrets: Sequence[str] = ()
) -> str | None:
    """Return the header or field that says that a reply came from a cache; None where none does.

    Prompt-cached tokens are none: the model was reached.

    Args:
        headers: By lower-case name.
        document: The reply's outer fields.
        secrets: Keys and the like, removed from the sign.
    """
    for name, value in headers.items():
        if "cache" in name and _is_hit(name, value):
            return safe(f"{name}: {value}", secrets, MAX_SIGN)
    # LiteLLM sends the key on hits alone.
    if headers.get(_LITELLM_KEY) and headers.get(_LITELLM_HIT, "").lower() not in _FALSE:
        return _LITELLM_KEY
    age_s = number(headers.get("age"))
    if age_s is not None and age_s > 0:
        return f"age: {age_s:g}"
    for holder in (document, object_in(document, "_hidden_params")):
        for name in _FIELDS:
            if holder.get(name) is True:
                return name
    return None


def _is_hit(name: str, value: str) -> bool:
    value = value.strip()
    if _HIT_NAME.search(name):
        return value.lower() in _TRUE or (number(value) or 0) > 0
    if not _STATUS_NAME.search(name):
        return False
    if name == _STANDARD and ";" in value:
        parameters = (cache.split(";")[1:] for cache in value.lower().split(","))
        return any("hit" in map(str.strip, found) for found in parameters)
    return value.lower() in _TRUE or _HIT.search(value) is not None
