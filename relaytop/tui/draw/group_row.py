"""The table's line of a group: its own status, and the worst of each figure in it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from relaytop.monitor import number_format
from relaytop.monitor.credit_words import credit_words, is_low
from relaytop.monitor.group import WORST_FIRST
from relaytop.monitor.why import UNREACHABLE
from relaytop.tui.draw.alert_marks import NO_MARK
from relaytop.tui.draw.glyphs import ROLE
from relaytop.tui.draw.table import cell
from relaytop.tui.draw.text_runs import cropped, fit, line_width, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.group import GroupSummary
    from relaytop.monitor.summary import Summary
    from relaytop.tui.draw.columns import Column
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role, Run

FOLD_WIDTH = 2
"""Cells of the fold sign and the blank behind it."""
GAP = "  "
"""Between a name and what is left at its provider."""


def group_row(
    group: GroupSummary,
    columns: Sequence[Column],
    thresholds: Mapping[str, Thresholds],
    short_name: Callable[[int], str],
    now: float,
    glyphs: Glyphs,
    *,
    selected: bool,
    folded: bool,
    mark: Run = NO_MARK,
) -> Line:
    """Draw a group's line; what it has no figure of stays blank.

    Args:
        group: The group.
        columns: The columns that are shown.
        thresholds: Target id → its thresholds.
        short_name: Returns the group's name in so many cells: a column that stays blank beside it
            lends its own.
        now: Unix seconds.
        glyphs: The shapes that the terminal can show.
        selected: Whether its row is.
        folded: Whether its targets have no rows.
        mark: The cell behind its status: of its alerts.
    """
    line: Line = [(glyphs.cursor if selected else " ", "accent")]
    lent = _lent(columns)
    counts = group_counts(group, glyphs)
    beside = next((column.width for column in columns if column.key == "spark"), 0)
    credit = credit_run(group, thresholds, now, beside - line_width(counts))
    told = bool(credit)
    for at, column in enumerate(columns):
        match column.key:
            case "target":
                width = column.width + lent
                name = f"{glyphs.fold[folded]} {short_name(width - FOLD_WIDTH)}"
                after = [] if told else _credit_behind(name, group, thresholds, now, width)
                told = told or bool(after)
                line.append((fit(name, width - line_width(after)), "title"))
                line += after
            case "p50" if lent and columns[at - 1].key == "target":
                pass
            case "spark":
                line += _filled([*counts, *credit], column.width)
            case "why" if not told and (alone := _credit_alone(group, thresholds, now, column)):
                line += _filled(alone, column.width)
            case "why":
                line.append((column.fit(_why(group, column.width)), why_role(group)))
            case key:
                text, role = _cell(key, group, thresholds, now, glyphs)
                line.append((column.fit(text), role))
        line.append(mark if column.key == "status" else (" ", "text"))
    return merged(line)


def _filled(line: Line, width: int) -> Line:
    """Crop a line, or fill it up with blanks, to so many cells."""
    drawn = cropped(line, width)
    return [*drawn, (" " * (width - line_width(drawn)), "text")]


def _lent(columns: Sequence[Column]) -> int:
    """Return the cells that the P50, which no group has, lends to the name before it."""
    pairs = {a.key: b for a, b in pairwise(columns)}
    after = pairs.get("target")
    return after.width if after is not None and after.key == "p50" else 0


def group_counts(group: GroupSummary, glyphs: Glyphs) -> Line:
    """Draw how many of a group's targets have which status, the worst first."""
    line: Line = []
    for status in WORST_FIRST:
        count = group.counts.get(status, 0)
        if count:
            role = ROLE[group.status if group.status == "paused" else status]
            line.append((f"{glyphs.status[status]}{count} ", role))
    return line


def credit_run(
    group: GroupSummary, thresholds: Mapping[str, Thresholds], now: float, width: int
) -> Line:
    """Draw what is left at the group's provider, in the longest words that fit.

    Args:
        group: The group.
        thresholds: Target id → its thresholds.
        now: Unix seconds.
        width: Cells.
    """
    words = credit_words(group.credit, now) if group.credit is not None else ()
    text = next((text for text in words if len(text) <= width), None)
    if text is None or group.credit is None:
        return []
    limits = [thresholds[s.target].credit for s in group.members]
    threshold = max((limit for limit in limits if limit is not None), default=None)
    return [(text, "bad" if is_low(group.credit, threshold) else "dim")]


def _credit_behind(
    name: str, group: GroupSummary, thresholds: Mapping[str, Thresholds], now: float, width: int
) -> Line:
    """Draw it behind the name in the name's column, a blank between it and the next."""
    used = line_width([(name, "title")]) + len(GAP)
    credit = credit_run(group, thresholds, now, width - used - 1)
    return _filled([(GAP, "text"), *credit], width - used + len(GAP)) if credit else []


def _credit_alone(
    group: GroupSummary, thresholds: Mapping[str, Thresholds], now: float, column: Column
) -> Line:
    """Draw it in the column of why: blank for a group that is well, often the only room."""
    if group.why is not None or group.stopped_by_budget:
        return []
    return credit_run(group, thresholds, now, column.width)


def why_role(group: GroupSummary) -> Role:
    """Return the role of why a group is not well: that some are unreachable says nothing of it."""
    unheard = group.why is not None and group.why.word == UNREACHABLE
    return "dim" if unheard else ROLE[group.status]


def _why(group: GroupSummary, width: int) -> str:
    if group.why is None:
        return "budget" if group.stopped_by_budget else ""
    texts = group.why.texts
    return next((text for text in texts if len(text) <= width), texts[-1])


def _cell(
    key: str,
    group: GroupSummary,
    thresholds: Mapping[str, Thresholds],
    now: float,
    glyphs: Glyphs,
) -> Run:
    match key:
        case "status":
            return (glyphs.status[group.health], ROLE[group.status])
        case "p95":
            return _of(group.slowest, key, thresholds, now, glyphs)
        case "users":
            return _of(group.slowest_users, key, thresholds, now, glyphs)
        case "error":
            return _error(group, thresholds)
        case "since":
            if group.status == "unknown":
                return ("", "dim")
            return (number_format.format_age(now - group.since), "dim")
        case "limit" | "reset":
            return _of(group.scarcest, key, thresholds, now, glyphs)
        case "cost" if group.cost_usd is not None:
            bound = "" if group.cost_complete else glyphs.over
            return (f"{bound}{number_format.format_usd(group.cost_usd)}", "dim")
    return ("", "dim")


def _of(
    member: Summary | None,
    key: str,
    thresholds: Mapping[str, Thresholds],
    now: float,
    glyphs: Glyphs,
) -> Run:
    """Write the figure of the target that is the worst by it."""
    if member is None:
        return ("", "dim")
    return cell(key, member, thresholds[member.target], now, glyphs)


def _error(group: GroupSummary, thresholds: Mapping[str, Thresholds]) -> Run:
    rate = group.error_rate
    if rate is None:
        return ("", "dim")
    limit = min(thresholds[s.target].error_rate for s in group.members)
    text = number_format.format_percent(rate)
    return (text, "bad" if rate > limit else "warn" if rate > 0 else "dim")
