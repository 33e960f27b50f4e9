"""The cost: spent today, per hour, in the next hour, and how long the budget lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor import number_format
from relaytop.tui.draw.priority_line import Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.monitor.source import Overview
    from relaytop.protocol.messages import Budget
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role

MAX_HOURS = 99
RATE_WIDTH = 9
"""Of `$99.99/h`, or of a small one with all its digits: `$0.0012/h`."""
UNKNOWN_RATE = "cost/h unknown"
LONGER_RANK = 18
"""Of the longer texts: all else has room before."""
ROLES: Mapping[str, Role] = {"reached": "bad", "warn": "warn"}


def cost_parts(overview: Overview, glyphs: Glyphs) -> Sequence[Part]:
    """Return the parts of the top line that are about cost."""
    budget, rate = overview.budget, overview.usd_per_h
    parts: list[Part] = []
    if budget is not None:
        parts += _spent(budget, glyphs)
        if budget.state == "off":
            return parts
    if not rate and not overview.usd_per_h_complete and overview.prometheus is not None:
        return parts
    bound = "" if overview.usd_per_h_complete else glyphs.over
    per_h = "$?/h" if rate is None else f"{bound}${number_format.format_dollars(rate)}/h"
    part = Part([(per_h, "dim" if rate is None else "text")], 3, RATE_WIDTH + len(bound))
    if rate is None:
        part.longer, part.longer_rank = [(UNKNOWN_RATE, "dim")], LONGER_RANK
        part.longer_by = len(UNKNOWN_RATE) - RATE_WIDTH
    parts.append(part)
    if overview.projected_usd_per_h is not None:
        usd = number_format.format_dollars(overview.projected_usd_per_h)
        parts.append(Part([(f"next hour {glyphs.under}${usd}", "dim")], 12, 17))
    if budget is not None and budget.state in {"ok", "warn"}:
        parts += _runway(budget, overview, glyphs)
    return parts


def _runway(budget: Budget, overview: Overview, glyphs: Glyphs) -> Sequence[Part]:
    """Return how long the budget lasts: at least so long where a price had to be assumed."""
    measured = overview.usd_per_h if overview.usd_per_h_complete else None
    rate = measured or overview.reserved_usd_per_h
    if not rate:
        return []
    hours = (budget.budget_usd - budget.spent_usd) / rate
    if hours > MAX_HOURS:
        lasts = ">4d"
    else:
        bound = glyphs.over if measured is None else ""
        lasts = f"{bound}{number_format.format_age(hours * 3600)}"
    role = ROLES.get(budget.state, "dim")
    unit = "min" if lasts.endswith("m") else lasts[-1]
    longer: Line = [(f"budget left for {lasts[:-1]} {unit}", role)]
    by = len("budget left for ") + len(" min") - len("lasts m")
    return [Part([(f"lasts {lasts}", role)], 8, 9, 1, longer, LONGER_RANK, by)]


def _spent(budget: Budget, glyphs: Glyphs) -> Sequence[Part]:
    role = ROLES.get(budget.state, "text")
    bound = "" if budget.complete else glyphs.over
    # As many decimals as a tenth of the budget needs: the width stays what it is.
    decimals = len(number_format.format_dollars(budget.budget_usd / 10, 4).partition(".")[2])
    spent, budgeted = (f"${usd:,.{decimals}f}" for usd in (budget.spent_usd, budget.budget_usd))
    spent = bound + spent
    parts = [Part([(spent, role)], 1, len(bound) + len(budgeted), 2)]
    if budget.state == "off":
        return [*parts, Part([("free", "dim")], 9, 4)]
    if budget.state == "reached":
        parts.append(Part([("budget reached", "bad")], 1, 14))
    of = f"of ${number_format.format_dollars(budget.budget_usd)}"
    return [*parts, Part([(of, "dim")], 10, len(of)), Part([("today", "dim")], 17, 5)]
