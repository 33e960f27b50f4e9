"""The shapes that carry meaning: a status is a shape and a colour, never a colour alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.tui.draw.text_runs import Role

STATUSES = ("up", "degraded", "down", "paused", "unknown")

ROLE: Mapping[str, Role] = {
    "up": "good",
    "degraded": "warn",
    "down": "bad",
    "paused": "dim",
    "unknown": "dim",
}
"""Status → the role it is painted in."""


class Glyphs(NamedTuple):
    """One set of shapes; `UNICODE` or `ASCII` by what the terminal can show."""

    status: Mapping[str, str]
    levels: str
    """Sparkline levels from low to high."""
    failed: str
    """At least half of the probes in a cell's span failed."""
    some_failed: str
    gap: str
    full: str
    empty: str
    parts: str
    """The five fills of the stacked phases bar: dns, connect, tls, wait, transfer."""
    rule: str
    dot: str
    hang: str
    """Before an age: a probe has been hanging for so long."""
    cursor: str
    reset: str
    over: str
    under: str
    approximate: str
    """Before a percentile of a histogram."""
    p50_line: str
    p95_line: str
    shades: str
    """From few to many, in a heat map; the second and first are bands of the chart."""
    upright: str
    """A line from top to bottom."""
    median: str
    """One bin's median in the chart, where no line is drawn through them."""
    worst: str
    clipped: str
    """In the chart: above its top."""
    skipped: str
    """Before the number of probes that were due and not sent."""
    cached: str
    """Behind a target's name: a cache answered some of its probes."""
    different: str
    """Behind a target's name: another model serves than was asked for."""
    more: tuple[str, str]
    """Rows above and below those in sight."""
    order: tuple[str, str]
    """The greatest first, the least first."""
    fold: tuple[str, str]
    """Before a group's name: its targets are listed below it, or not."""
    arrows: Mapping[str, str]
    """Sign of an arrow key → its name where the sign cannot be shown."""


CHOSEN, NOT_CHOSEN = "[x] ", "[ ] "

UNICODE = Glyphs(
    status={"up": "●", "degraded": "▲", "down": "✗", "paused": "‖", "unknown": "○"},
    levels="▁▂▃▄▅▆▇█",
    failed="×",
    some_failed="!",
    gap="·",
    full="█",
    empty="░",
    parts="▚▞▒▓█",
    rule="─",
    dot="·",
    hang="…",
    cursor="▌",
    reset="↺",
    over="≥",
    under="≤",
    approximate="≈",
    p50_line="─",
    p95_line="╌",
    shades="░▒▓█",
    upright="┊",
    median="•",
    worst="•",
    clipped="▲",
    cached="≡",
    skipped="»",
    different="≠",
    more=("↑", "↓"),
    order=("▼", "▲"),
    fold=("▾", "▸"),
    arrows={},
)

ASCII = Glyphs(
    status={"up": "+", "degraded": "!", "down": "x", "paused": "=", "unknown": "?"},
    levels="_.:;=+*#",
    failed="x",
    some_failed="!",
    gap=" ",
    full="#",
    empty=".",
    parts="dctwx",
    rule="-",
    dot="-",
    hang="~",
    cursor=">",
    reset="in",
    over=">=",
    under="<=",
    approximate="~",
    p50_line="-",
    p95_line="=",
    shades=".:*#",
    upright="|",
    median="*",
    worst="o",
    clipped="^",
    cached="c",
    skipped="-",
    different="/",
    more=("^", "v"),
    order=("v", "^"),
    fold=("-", "+"),
    arrows={"↑": "up", "↓": "down", "←": "left", "→": "right"},
)
