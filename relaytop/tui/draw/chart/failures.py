"""The failures under a zoomed chart: marks on the axis of time, and the one that is looked at."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import LABEL_WIDTH
from relaytop.tui.draw.clock import time_of_day
from relaytop.tui.draw.text_runs import cropped, fit, fit_middle, line_width, merged
from relaytop.tui.draw.time_axis import cells_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.points import Point
    from relaytop.monitor.summary import LastError
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.draw.time_axis import TimeAxis

SAME_S = 0.015
"""A sample's moment is kept to 10 ms, a failure's message with the whole of it."""
ID_WIDTH = 29
LEAST_MESSAGE = 16
"""In fewer cells the message has no use; the id yields to it."""


def failure_marks(
    bins: Sequence[Sequence[Point]],
    axis: TimeAxis,
    columns: int,
    glyphs: Glyphs,
    chosen_at: float | None,
) -> Line:
    """Mark each bin in which a probe failed, and the one with the failure that is looked at.

    Args:
        bins: The probes of each bin.
        axis: When the bins are.
        columns: The cells that they share.
        glyphs: The shapes that the terminal can show.
        chosen_at: Unix seconds of the failure that is looked at, if one is.
    """
    line: Line = [("fail ".rjust(LABEL_WIDTH), "dim")]
    chosen = None if chosen_at is None else int((chosen_at - axis.start) // axis.bin_s)
    for index, points in enumerate(bins):
        width = len(cells_of(index, len(bins), columns))
        before = width // 2
        rule = glyphs.rule if points else " "
        line.append((rule * before, "rule"))
        if index == chosen:
            line.append((glyphs.order[0], "bad2"))
        elif any(not point.ok for point in points):
            line.append((glyphs.failed, "bad"))
        else:
            line.append((rule, "rule"))
        line.append((rule * (width - before - 1), "rule"))
    return merged(line)


def failure_lines(
    failures: Sequence[Point],
    chosen_at: float | None,
    errors: Sequence[LastError],
    room: tuple[int, int],
    glyphs: Glyphs,
) -> tuple[Line, ...]:
    """Draw the failure that is looked at, with the server's words as far as they are kept.

    Where there is one line alone the message follows; else it has the second to itself.

    Args:
        failures: Those in the range, oldest first.
        chosen_at: Unix seconds of the one that is looked at, if one is.
        errors: The failures whose words are kept.
        room: The cells and the lines that there are.
        glyphs: The shapes that the terminal can show.
    """
    width, height = room
    chosen = None if chosen_at is None else _nearest(failures, chosen_at)
    if chosen is None:
        return (_count_line(failures, width),)
    number, point = chosen
    line: Line = [
        (f" {glyphs.order[0]} ", "bad"),
        (f"{number + 1} of {len(failures)}  ", "dim"),
        (f"{time_of_day(point.at)}  ", "text"),
        (point.error_class, "bad"),
    ]
    error = next((e for e in errors if _is_of(e, point)), None)
    if error is None:
        line.append(("  message no longer kept", "dim"))
        return (cropped(line, width),)
    request_id = f"  id {error.request_id}" if error.request_id else ""
    if height > 1:
        words: Line = [(f"   {error.message}", "text")]
        return cropped([*line, (request_id, "dim")], width), cropped(words, width)
    rest = width - line_width(line) - 2
    request_id = fit_middle(request_id, min(len(request_id), ID_WIDTH))
    if request_id and rest - len(request_id) >= LEAST_MESSAGE:
        message = fit(error.message, rest - len(request_id)).rstrip()
        return ([*line, (f"  {message}", "text"), (request_id, "dim")],)
    return (cropped([*line, (f"  {error.message}", "text")], width),)


def _count_line(failures: Sequence[Point], width: int) -> Line:
    """Draw how many failures there are, by class, the most frequent first."""
    if not failures:
        return [(" no failures in this range", "dim")]
    count = len(failures)
    classes = Counter(point.error_class for point in failures).most_common()
    named = ", ".join(f"{name} {n}" for name, n in classes)
    plural = "" if count == 1 else "s"
    return cropped([(f" {count} failure{plural} in this range: ", "dim"), (named, "bad")], width)


def _nearest(failures: Sequence[Point], at: float) -> tuple[int, Point] | None:
    """Return the failure of a moment and its index; None where it is not among them."""
    found = [pair for pair in enumerate(failures) if abs(pair[1].at - at) < SAME_S]
    return min(found, key=lambda pair: abs(pair[1].at - at), default=None)


def _is_of(error: LastError, point: Point) -> bool:
    return abs(error.at - point.at) < SAME_S and error.error_class == point.error_class
