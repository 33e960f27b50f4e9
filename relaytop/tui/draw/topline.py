"""The top line: how many are well, at what pace, at what cost, over which span, at what time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from relaytop.config.durations import format_window
from relaytop.monitor import figures
from relaytop.tui.draw.marks import ROLE, STATUSES, Marks
from relaytop.tui.draw.runs import Line, line_width, merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.engine.messages import Budget
    from relaytop.monitor.source import Overview

SEPARATOR = "  "
HOURS_LONG = 99


def topline(
    overview: Overview,
    now: float,
    width: int,
    marks: Marks,
    *,
    frozen: bool,
    paused: bool,
    replay: str | None = None,
    agent: bool = False,
) -> Line:
    """Draw the top line in `width` cells; what matters least goes first when it is narrow.

    `replay` says that a recording is played, and how fast; `agent`: that an agent probes.
    """
    for level in range(5):
        badges = {replay or "": replay, "AGENT": agent, "FROZEN": frozen, "PAUSED": paused}
        left = _left(overview, marks, level, [name for name, shown in badges.items() if shown])
        end = _clock(now, overview, level, dated=replay is not None)
        gap = width - line_width(left) - line_width(end) - 2
        if gap >= 1:
            return merged([(" ", "text"), *left, (" " * gap, "text"), *end, (" ", "text")])
    return merged([(" ", "text"), *left])


def _left(
    overview: Overview,
    marks: Marks,
    level: int,
    badges: Sequence[str],
) -> Line:
    line: Line = []
    if level < 2:  # noqa: PLR2004
        line += [("relaytop", "title"), (SEPARATOR, "text")]
    line += _counts(overview, marks, words=level == 0)
    for badge in badges:
        line += [(SEPARATOR, "text"), (f" {badge} ", "warn2")]
    line += [(SEPARATOR, "text"), *_pace(overview, words=level < 3)]  # noqa: PLR2004
    line += [(SEPARATOR, "text"), *money(overview, marks, words=level == 0, rate=level < 4)]  # noqa: PLR2004
    return line


def _counts(overview: Overview, marks: Marks, *, words: bool) -> Line:
    line: Line = []
    for status in STATUSES:
        count = overview.counts.get(status, 0)
        if not count and status in {"paused", "unknown"}:
            continue
        text = (
            f"{marks.status[status]} {count} {status}"
            if words
            else (f"{marks.status[status]}{count}")
        )
        line += [(text, ROLE[status] if count else "dim"), (" ", "text")]
        if words:
            line.append((" ", "text"))
    while line and line[-1][0] == " ":
        line.pop()
    return line


def _pace(overview: Overview, *, words: bool) -> Line:
    line: Line = [(f"{overview.probes_s:.1f}/s", "text")]
    if words:
        line.append((f" {overview.in_flight:>2} in flight", "dim"))
    skipped = f" {figures.format_count(overview.skipped)} skipped"
    if words or overview.skipped:
        line.append((skipped, "warn" if overview.skipped else "dim"))
    if overview.paced:
        line.append((f" {figures.format_count(overview.paced)} paced", "dim"))
    if overview.dropped:
        line.append((f" {overview.dropped} dropped", "warn"))
    return line


def money(overview: Overview, marks: Marks, *, words: bool, rate: bool) -> Line:
    """Draw the cost ticker: spent today, per hour, and how long the budget lasts."""
    budget = overview.budget
    line: Line = []
    if budget is not None:
        role = {"reached": "bad", "warn": "warn"}.get(budget.state, "text")
        bound = "" if budget.complete else marks.over
        line.append((f"{bound}${budget.spent_usd:.4f}", role))  # type: ignore[arg-type]
        line.append((" today" if words else "", "dim"))
    if rate and overview.usd_per_h is not None:
        bound = "" if overview.usd_per_h_complete else marks.over
        line.append((f" {bound}${overview.usd_per_h:.2f}/h", "text"))
        if words and overview.projected_usd_per_h is not None:
            line.append((f", next hour {marks.under}${overview.projected_usd_per_h:.2f}", "dim"))
    elif rate:
        line.append((" $?/h", "dim"))
    if budget is not None and rate:
        told = runway(budget, overview.usd_per_h)
        if words:
            told = f"{marks.dot} {told.replace('of $', 'budget $', 1)}"
        line.append((" " + told, "dim"))
    return line


def runway(budget: Budget, usd_per_h: float | None) -> str:
    """Say how long today's budget lasts at this pace."""
    if budget.state == "off":
        return "free"
    if budget.state == "reached":
        return f"budget ${budget.budget_usd:.2f} reached"
    if not usd_per_h:
        return f"of ${budget.budget_usd:.2f}"
    hours = (budget.budget_usd - budget.spent_usd) / usd_per_h
    if hours > HOURS_LONG:
        return f"of ${budget.budget_usd:.2f}"
    return f"of ${budget.budget_usd:.2f} lasts {figures.format_age(hours * 3600)}"


def _clock(now: float, overview: Overview, level: int, *, dated: bool) -> Line:
    local = time.localtime(now)
    clock = time.strftime("%Y-%m-%d %H:%M:%S" if dated and level < 2 else "%H:%M:%S", local)  # noqa: PLR2004
    zone = local.tm_zone or "UTC"
    window = format_window(overview.window)
    window_text = f"window {window}" if level < 2 else window  # noqa: PLR2004
    return [(window_text, "dim"), ("  ", "text"), (clock, "bold"), (f" {zone}", "dim")]
