"""Segments to send: changed cells in their order, as runs of one style."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from relaytop.tui.terminal.grid import UNKNOWN
from relaytop.tui.terminal.styles import on_blanks, transition

if TYPE_CHECKING:
    from relaytop.tui.terminal.grid import Grid

BRIDGE = 4
"""Unchanged cells that cost less to send again than the cursor costs to move past them."""


class Segment(NamedTuple):
    """Neighbouring cells that can be sent in one style."""

    y: int
    x: int
    cells: list[str]
    style: int


def segments_of_row(wanted: Grid, shown: Grid, y: int) -> list[Segment]:
    """Return the cells of a row that differ from what is shown, from left to right."""
    texts, styles = wanted.texts[y], wanted.styles[y]
    segments: list[Segment] = []
    for start, end in _runs(texts, styles, shown.texts[y], shown.styles[y]):
        x = start
        while x < end:
            style, blank = styles[x], texts[x] == " "
            until = x + 1
            while until < end:
                if styles[until] != style:
                    if not (blank or texts[until] == " "):
                        break
                    if on_blanks(styles[until]) != on_blanks(style):
                        break
                    if texts[until] != " ":
                        style = styles[until]  # what came before is blank and looks the same in it
                blank = blank and texts[until] == " "
                until += 1
            segments.append(Segment(y, x, texts[x:until], style))
            x = until
    return segments


def _runs(
    texts: list[str], styles: list[int], old_texts: list[str], old_styles: list[int]
) -> list[tuple[int, int]]:
    """Return the spans of cells to send: those that differ, joined where bridging is cheaper."""
    runs: list[tuple[int, int]] = []
    width = len(texts)
    if old_styles.count(UNKNOWN) == width:
        return [(0, width)]
    cells = zip(texts, old_texts, styles, old_styles, strict=True)
    for x, (text, old_text, style, old_style) in enumerate(cells):
        if text == old_text and style == old_style:
            continue
        start, end = x, x + 1
        while start > 0 and (texts[start] == "" or old_texts[start] == ""):
            start -= 1
        while end < width and (texts[end] == "" or old_texts[end] == ""):
            end += 1
        if runs and _bridgeable(texts, styles, runs[-1][1], start):
            runs[-1] = (runs[-1][0], max(runs[-1][1], end))
        else:
            runs.append((start, end))
    return runs


def _bridgeable(texts: list[str], styles: list[int], start: int, end: int) -> bool:
    """Whether the unchanged cells between two runs are cheap to send again."""
    return start >= end or (
        end - start <= BRIDGE
        and all(style == styles[start - 1] for style in styles[start:end])
        and "".join(texts[start:end]).isascii()
    )


def by_style(segments: list[Segment], current: int | None) -> list[Segment]:
    """Return the segments with those of one style together, the nearest style next.

    A change of colour takes up to 19 bytes, a move of the cursor 1 to 8.

    Args:
        segments: What to send.
        current: The style that the terminal writes in now.
    """
    groups: dict[int, list[Segment]] = {}
    blanks: list[Segment] = []
    for segment in segments:
        if "".join(segment.cells).isspace():
            blanks.append(segment)
        else:
            groups.setdefault(segment.style, []).append(segment)
    alike = {on_blanks(style): style for style in groups}
    for segment in blanks:
        look = on_blanks(segment.style)
        groups.setdefault(alike.get(look, look), []).append(segment)
    ordered: list[Segment] = []
    while groups:
        lengths = {style: len(transition(current, style)) for style in groups}
        current = min(lengths, key=lengths.__getitem__)
        ordered += sorted(groups.pop(current), key=_column_first)
    return ordered


def _column_first(segment: Segment) -> tuple[int, int]:
    # One row down is a byte, one figure to the right four or five.
    return segment.x, segment.y
