"""The detail of a group: its state in a line, then its targets, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor import number_format
from relaytop.monitor.group import FAILING
from relaytop.tui.draw.detail_title import title_line
from relaytop.tui.draw.glyphs import ROLE
from relaytop.tui.draw.group_row import credit_run, why_role
from relaytop.tui.draw.reasons import reason
from relaytop.tui.draw.text_runs import cropped, fit, line_width

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.group import GroupSummary
    from relaytop.monitor.summary import Summary
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line

NAME_MAX = 36
REASON_WIDTH = 24
CREDIT = "credit  "
ROOMY = 3
"""Lines from which one is the credit's."""


def group_title(
    group: GroupSummary, now: float, width: int, glyphs: Glyphs, alert: Line | None = None
) -> Line:
    """Draw a group's name, its status, why, its alert and since when."""
    state: Line = [(f"  {glyphs.status[group.health]} {group.health}", ROLE[group.status])]
    if group.why is not None:
        state.append((f"  {group.why.sentence}", why_role(group)))
    state += alert or []
    stopped = group.stopped_by_budget
    if stopped:
        state.append(("  not probed, budget reached", ROLE[group.status]))
    since = None if stopped or group.status == "unknown" else group.since
    return title_line(group.group.name, state, since, now, width, glyphs)


def group_panel(
    group: GroupSummary,
    names: Mapping[str, str],
    thresholds: Mapping[str, Thresholds],
    now: float,
    width: int,
    height: int,
    glyphs: Glyphs,
    *,
    listed: Collection[str],
) -> list[Line]:
    """Draw a group's targets in at most `height` lines, each with its reason.

    Args:
        group: The group.
        names: Target id → its name in the group.
        thresholds: Target id → its thresholds.
        now: Unix seconds.
        width: Cells.
        height: Lines.
        glyphs: The shapes that the terminal can show.
        listed: The ids of the targets that the filter lets through; others are only counted.
    """
    if height < 1:
        return []
    credit = credit_run(group, thresholds, now, width - len(CREDIT))
    head: list[Line] = [[(CREDIT, "dim"), *credit]] if credit and height >= ROOMY else []
    height -= len(head)
    longest = min(NAME_MAX, max((len(name) for name in names.values()), default=0), width // 2)
    members = [s for s in group.members if s.target in listed]
    filtered = len(group.members) - len(members)
    height -= filtered > 0
    shown = members if len(members) <= height else members[: max(0, height - 1)]
    lines = [_member(s, names, thresholds[s.target], now, longest, width, glyphs) for s in shown]
    hidden = members[len(shown) :]
    if hidden:
        lines.append([(f"  {len(hidden)} more{_statuses(hidden)}", "dim")])
    if filtered:
        lines.append([(f"  {filtered} hidden by the filter", "dim")])
    return [*head, *lines]


def _member(
    s: Summary,
    names: Mapping[str, str],
    thresholds: Thresholds,
    now: float,
    longest: int,
    width: int,
    glyphs: Glyphs,
) -> Line:
    line: Line = [
        (f"{glyphs.status[s.health]} ", ROLE[s.status]),
        (fit(names[s.target], longest), "text"),
        (f"  {reason(s, thresholds)}", ROLE[s.status]),
    ]
    if s.status in FAILING:
        gap = longest + REASON_WIDTH - line_width(line)
        age = number_format.format_age(now - s.since)
        line.append((" " * max(2, gap) + f"for {age.strip()}", "dim"))
        if s.last_error is not None and s.last_error.message:
            line.append((f"  {s.last_error.message}", "dim"))
    return cropped(line, width)


def _statuses(members: Sequence[Summary]) -> str:
    counts: dict[str, int] = {}
    for s in members:
        counts[s.health] = counts.get(s.health, 0) + 1
    return ": " + ", ".join(f"{count} {status}" for status, count in counts.items())
