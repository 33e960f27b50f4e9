"""The shapes that carry meaning: a status is a shape and a colour, never a colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.tui.draw.runs import Role

STATUSES = ("up", "degraded", "down", "paused", "unknown")

ROLE: Mapping[str, Role] = {
    "up": "good",
    "degraded": "warn",
    "down": "bad",
    "paused": "dim",
    "unknown": "dim",
}
"""Status → the role it is painted in."""


@dataclass(frozen=True, slots=True)
class Marks:
    """One set of shapes; `UNICODE` or `ASCII` by what the terminal can show."""

    status: Mapping[str, str]
    levels: str
    """Sparkline levels from low to high."""
    failed: str
    gap: str
    full: str
    empty: str
    parts: str
    """The five fills of the stacked phases bar: dns, connect, tls, wait, transfer."""
    rule: str
    ellipsis: str
    dot: str
    cursor: str
    reset: str
    over: str
    under: str


UNICODE = Marks(
    status={"up": "●", "degraded": "▲", "down": "✗", "paused": "‖", "unknown": "○"},
    levels="▁▂▃▄▅▆▇█",
    failed="×",
    gap="·",
    full="█",
    empty="░",
    parts="▚▞▒▓█",
    rule="─",
    ellipsis="…",
    dot="·",
    cursor="▌",
    reset="↺",
    over="≥",
    under="≤",
)

ASCII = Marks(
    status={"up": "+", "degraded": "!", "down": "x", "paused": "=", "unknown": "?"},
    levels="_.-:=+*#",
    failed="x",
    gap=" ",
    full="#",
    empty=".",
    parts="dctwx",
    rule="-",
    ellipsis="..",
    dot="-",
    cursor=">",
    reset="in",
    over=">=",
    under="<=",
)
