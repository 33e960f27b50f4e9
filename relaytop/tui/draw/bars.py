"""Gauges and the stacked bar of phases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role

PHASES = ("dns", "connect", "tls", "wait", "transfer")
PHASE_ROLES: Mapping[str, Role] = {
    "dns": "dim",
    "connect": "warn",
    "tls": "title",
    "wait": "accent",
    "transfer": "good",
}
LOW = 0.10
SCARCE = 0.25


def proportional_cells(values: Sequence[float], width: int) -> list[int]:
    """Split `width` cells in proportion to `values`; every value above 0 gets at least one.

    The largest remainders get what rounding leaves over, so the sum is `width` exactly
    (0 in all where nothing is above 0 or there are fewer cells than values).
    """
    positive = [v for v in values if v > 0]
    if not positive or width < len(positive):
        return [0] * len(values)
    total = sum(positive)
    spare = width - len(positive)
    exact = [v / total * spare if v > 0 else 0.0 for v in values]
    cells = [int(x) + (1 if v > 0 else 0) for x, v in zip(exact, values, strict=True)]
    by_remainder = sorted(range(len(values)), key=lambda i: exact[i] - int(exact[i]), reverse=True)
    for index in by_remainder[: width - sum(cells)]:
        cells[index] += 1
    return cells


def stacked_phases(phases_ms: Mapping[str, float], width: int, glyphs: Glyphs) -> Line:
    """Draw where the time goes as one bar; each phase has its own fill and colour."""
    cells = proportional_cells([phases_ms.get(name, 0.0) for name in PHASES], width)
    return [
        (glyphs.parts[index] * count, PHASE_ROLES[name])
        for index, (name, count) in enumerate(zip(PHASES, cells, strict=True))
        if count
    ]


def gauge(remaining: float, limit: float, width: int, glyphs: Glyphs) -> Line:
    """Draw what is left of a limit; yellow when scarce, red when nearly gone."""
    share = min(1.0, max(0.0, remaining / limit)) if limit > 0 else 0.0
    filled = round(share * width)
    role = remaining_role(share, 1.0, plenty="good")
    return [(glyphs.full * filled, role), (glyphs.empty * (width - filled), "dim")]


def remaining_role(remaining: float, limit: float | None, *, plenty: Role) -> Role:
    """Return the role of what is left of a limit: bad when nearly gone, warn when scarce."""
    share = remaining / limit if limit else 1.0
    return "bad" if share <= LOW else "warn" if share <= SCARCE else plenty
