"""The cost ticker: spent today, per hour, the next hour's, and how long the budget lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor import figures
from relaytop.tui.draw.part import Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.engine.messages import Budget
    from relaytop.monitor.source import Overview
    from relaytop.tui.draw.marks import Marks
    from relaytop.tui.draw.runs import Role

HOURS_LONG = 99
RATE_WIDTH = 9
"""Of `$99.99/h`, or of a small one with all its digits: `$0.0012/h`."""
ROLES: Mapping[str, Role] = {"reached": "bad", "warn": "warn"}


def money(overview: Overview, marks: Marks) -> Sequence[Part]:
    """Return the cost ticker's parts."""
    budget, rate = overview.budget, overview.usd_per_h
    parts: list[Part] = []
    if budget is not None:
        parts += _spent(budget, marks)
    bound = "" if overview.usd_per_h_complete else marks.over
    per_h = "$?/h" if rate is None else f"{bound}${figures.format_dollars(rate)}/h"
    parts.append(Part([(per_h, "dim" if rate is None else "text")], 3, RATE_WIDTH + len(bound)))
    if overview.projected_usd_per_h is not None:
        usd = figures.format_dollars(overview.projected_usd_per_h)
        parts.append(Part([(f"next hour {marks.under}${usd}", "dim")], 12, 17))
    if budget is not None and budget.state in {"ok", "warn"} and rate:
        hours = (budget.budget_usd - budget.spent_usd) / rate
        long = hours > HOURS_LONG
        lasts = f"lasts {'>4d' if long else figures.format_age(hours * 3600)}"
        parts.append(Part([(lasts, ROLES.get(budget.state, "dim"))], 8, 9))
    return parts


def _spent(budget: Budget, marks: Marks) -> Sequence[Part]:
    role = ROLES.get(budget.state, "text")
    bound = "" if budget.complete else marks.over
    spent = f"{bound}${figures.format_dollars(budget.spent_usd, 4)}"
    whole = f"${figures.format_dollars(budget.budget_usd, 4)}"
    parts = [Part([(spent, role)], 1, len(bound) + len(whole), 2)]
    if budget.state == "off":
        return [*parts, Part([("free", "dim")], 9, 4)]
    if budget.state == "reached":
        parts.append(Part([("budget reached", "bad")], 1, 14))
    of = f"of ${figures.format_dollars(budget.budget_usd)}"
    return [*parts, Part([(of, "dim")], 10, len(of)), Part([("today", "dim")], 17, 5)]
