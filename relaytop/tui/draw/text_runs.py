"""A line of the screen as runs of text, each in one role; roles become colours in the widget."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from rich.cells import cell_len, chop_cells, set_cell_size

Role = Literal[
    "text",
    "dim",
    "good",
    "warn",
    "bad",
    "accent",
    "bold",
    "title",
    "good2",
    "warn2",
    "bad2",
    "rule",
]
"""The meaning of a run. The `2` roles are the same colours on their own background (badges)."""

Run = tuple[str, Role]
TWO_ENDS_FROM_WIDTH = 5
"""In fewer cells a text is cut at its end."""
Line = list[Run]


def line_width(line: Line) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(text) for text, _role in line)


@lru_cache(maxsize=1024)
def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells, cut with an ellipsis or padded on the right."""
    if width <= 0:
        return ""
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, width)


@lru_cache(maxsize=1024)
def fit_middle(text: str, width: int) -> str:
    """Like `fit`, but cut in the middle: both ends of a model id tell it from its neighbours."""
    length = cell_len(text)
    if length <= width or width < TWO_ENDS_FROM_WIDTH:
        return fit(text, width)
    head = (width - 1) // 2
    tail = width - 1 - head
    end = text
    while cell_len(end) > tail:
        end = end[1:]
    return set_cell_size(text, head) + "…" + set_cell_size(end, tail)


@lru_cache(maxsize=2048)
def wrapped(text: str, width: int, most: int) -> tuple[str, ...]:
    """Break a text into at most `most` lines of `width` cells, between words where it can."""
    if width < 1:
        return ()
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = chop_cells(word, width)
        lines += full
    if line:
        lines.append(line)
    if len(lines) > most:
        lines[most - 1 :] = [fit(f"{lines[most - 1]}…".ljust(width), width).rstrip()]
    return tuple(lines)


def align_right(text: str, width: int) -> str:
    """Return `text` flush right in exactly `width` cells."""
    length = cell_len(text)
    return " " * (width - length) + text if length <= width else fit(text, width)


def dimmed(line: Line) -> Line:
    """Remove the colours of a line: its figures are of the past."""
    return merged([(text, "dim") for text, _role in line])


def merged(line: Line) -> Line:
    """Join neighbouring runs of one role, so that a paint has one style per run."""
    result: Line = []
    for text, role in line:
        if not text:
            continue
        if result and result[-1][1] == role:
            result[-1] = (result[-1][0] + text, role)
        else:
            result.append((text, role))
    return result


def cropped(line: Line, width: int) -> Line:
    """Cut a line to at most `width` cells; an ellipsis stands where more than blanks was cut."""
    if line_width(line) <= width:
        return line
    line = _without_blanks_at_end(line)
    if line_width(line) <= width:
        return line
    result: Line = []
    left = width
    for text, role in line:
        length = cell_len(text)
        if length > left - (1 if length == left else 0) and length >= left:
            result.append((fit(text, left) if length > left else fit(text + "…", left), role))
            return result
        result.append((text, role))
        left -= length
    return result


def _without_blanks_at_end(line: Line) -> Line:
    kept = list(line)
    while kept:
        text, role = kept.pop()
        if shorter := text.rstrip(" "):
            return [*kept, (shorter, role)]
    return kept
