"""A target's id: `provider/model`, and ` @ place` where several places probe the same."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

PLACE_MARK = " @ "


class TargetId(NamedTuple):
    """The parts of a target's id."""

    provider: str
    model: str
    """May itself contain `/` and `@`."""
    place: str
    """The region, instance or host that probes; empty: this one."""


def join_target(provider: str, model: str, place: str = "") -> str:
    """Return the id of a target."""
    return f"{provider}/{model}{PLACE_MARK}{place}" if place else f"{provider}/{model}"


@lru_cache(maxsize=4096)
def split_target(target: str) -> TargetId:
    """Return the parts of a target's id."""
    name, mark, place = target.rpartition(PLACE_MARK)
    if not mark:
        name, place = target, ""
    provider, _, model = name.partition("/")
    return TargetId(provider, model, place)
