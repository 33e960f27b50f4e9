"""The parts of the detail's first line that a target and a group have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor import number_format
from relaytop.tui.draw.clock import time_of_day
from relaytop.tui.draw.text_runs import cropped, fit_middle, line_width

if TYPE_CHECKING:
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line

LEAST_NAME = 16
"""Cells that a name keeps where the status and its reason need the rest."""


def title_line(
    name: str,
    state: Line,
    since: float | None,
    now: float,
    width: int,
    glyphs: Glyphs,
    *,
    note: str = "",
    ruled: bool = True,
) -> Line:
    """Draw a name, its state and since when it has that, as long as all of that has room.

    Where it has not, the time is left out, then its moment is, and the name is cut in the middle.

    Args:
        name: The name.
        state: What must be seen of its state.
        since: Unix seconds; None: not told.
        now: Unix seconds.
        width: Cells.
        glyphs: The shapes that the terminal can show.
        note: Words behind the time.
        ruled: Whether a rule goes on to the end of the line.
    """
    room = max(LEAST_NAME, width - line_width(state))
    if line_width([(name, "bold")]) > room:
        name = fit_middle(name, room)
    line: Line = [(name, "bold"), *state]
    if since is not None:
        age = number_format.format_age(now - since).strip()
        forms = (
            f"  since {time_of_day(since)} ({age}){note}",
            f"  for {age}{note}",
            f"  for {age}",
        )
        left = width - line_width(line)
        line.append((next((each for each in forms if len(each) <= left), ""), "dim"))
    rule = width - line_width(line) - 1
    if ruled and rule > 0:
        line.append((" " + glyphs.rule * rule, "rule"))
    return cropped(line, width)
