"""The IETF draft's rate-limit headers: a list of policies, and a list of their states."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relaytop.wire.durations import wait_s
from relaytop.wire.facts import Limit
from relaytop.wire.numbers import count

if TYPE_CHECKING:
    from collections.abc import Mapping

_ITEM = re.compile(r'(?:"[^"]*"|[^",])+')
"""Up to the next comma that is outside a quoted name."""
_NAME = re.compile(r'\s*(?:"([^"]*)"|([^;\s]+))')
_PART = re.compile(r";\s*([a-z]+)\s*=\s*\"?([\d.]+)")


def read_draft(headers: Mapping[str, str], now: float) -> Limit | None:
    """Read the tightest of `RateLimit: "burst";r=50;t=30, "daily";r=0;t=100`.

    Args:
        headers: By lower-case name. `RateLimit-Policy: "burst";q=100;w=60, …` has the limits.
        now: Unix seconds.
    """
    policies = _items(headers.get("ratelimit-policy", ""))
    states = _items(headers.get("ratelimit", ""))
    quotas = {name: count(parts.get("q")) for name, parts in policies}
    # Servers that have one policy give it and its state names of their own.
    alone = next(iter(quotas.values())) if len(policies) == len(states) == 1 else None
    limits = [
        Limit(quotas.get(name, alone), count(parts.get("r")), wait_s(parts.get("t"), now))
        for name, parts in states
    ]
    known = [limit for limit in limits if limit != Limit()]
    if known:
        return min(known, key=tightness)
    return next((Limit(quota) for quota in quotas.values() if quota is not None), None)


def tightness(limit: Limit) -> tuple[float, int, float]:
    """Return a limit's order: by the share that is left, what is left, then the latest reset."""
    return limit.share_left, limit.remaining or 0, -(limit.reset_s or 0.0)


def _items(text: str) -> list[tuple[str, dict[str, str]]]:
    """Return a list's items as (name, parameters)."""
    found = []
    for item in _ITEM.findall(text):
        name = _NAME.match(item)
        if name is not None:
            found.append((name[1] or name[2] or "", dict(_PART.findall(item, name.end()))))
    return found
