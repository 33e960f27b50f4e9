"""The difference between what a terminal shows and what it should, in as few bytes as it takes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from relaytop.tui.terminal.grid import STEADY, is_steady
from relaytop.tui.terminal.segments import Segment, by_style, segments_of_row
from relaytop.tui.terminal.styles import on_blanks, transition

if TYPE_CHECKING:
    from relaytop.tui.terminal.grid import Grid

LOST = -10_000
FEEDS = 4
"""Lines from which a sequence moves down in fewer bytes than line feeds."""
_CJK = "\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3"


class Painter:
    """Knows where the terminal's cursor is and in which style it writes.

    It relies on a line feed moving the cursor straight down: the tty must not add a return to it.

    Args:
        shown: What the terminal shows; kept up to date with every frame.
    """

    def __init__(self, shown: Grid) -> None:
        self.shown = shown
        self._x = self._y = LOST
        self._style: int | None = None

    def lose_track(self) -> None:
        """Forget where the cursor is and in which style it writes."""
        self._x = self._y = LOST
        self._style = None

    def frame(self, wanted: Grid, cursor: tuple[int, int] = (0, 0)) -> str:
        """Return what makes the terminal show `wanted`, and note it as shown.

        Args:
            wanted: What it should show.
            cursor: Column and row to leave the cursor at; the origin stands for anywhere.
        """
        shown = self.shown
        segments: list[Segment] = []
        for y in sorted(wanted.dirty):
            if wanted.texts[y] != shown.texts[y] or wanted.styles[y] != shown.styles[y]:
                segments += segments_of_row(wanted, shown, y)
                shown.texts[y][:] = wanted.texts[y]
                shown.styles[y][:] = wanted.styles[y]
        wanted.dirty.clear()
        cells = sum(len(segment.cells) for segment in segments)
        if cells < wanted.width * wanted.height // 2:
            segments = by_style(segments, self._style)
        parts: list[str] = []
        for segment in segments:
            self._send(segment, parts)
        x, y = cursor
        if parts and cursor != (0, 0) and x < wanted.width and y < wanted.height:
            self._move(x, y, parts)
        return "".join(parts)

    def _send(self, segment: Segment, parts: list[str]) -> None:
        y, x, cells, style = segment
        text = "".join(cells)
        self._move(x, y, parts)
        current = self._style
        if current is None or not text.isspace() or on_blanks(current) != on_blanks(style):
            parts.append(transition(current, style))
            self._style = style
        if text.isascii() or is_steady(text):
            parts.append(text)
            self._x += len(cells)
        else:
            for at, cell in enumerate(cells, x):
                if cell:
                    self._move(at, y, parts)
                    parts.append(cell)
                    self._x = LOST if _width_differs(cell) else at + 1
                elif self._x == at:
                    self._x += 1  # the second half of a character that is wide everywhere
        if x + len(cells) >= self.shown.width:
            self._x = LOST  # one terminal's cursor is on the last column, another's past it

    def _move(self, x: int, y: int, parts: list[str]) -> None:
        """Move the cursor in the shortest way."""
        if (x, y) == (self._x, self._y):
            return
        moves = [f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"]
        if self._y != LOST:
            down = y - self._y
            vertical = (
                "\n" * down
                if 0 <= down < FEEDS
                else _cursor_move(down, "B") or _cursor_move(-down, "A")
            )
            moves.append(vertical + "\r" + _cursor_move(x, "C"))
            if self._x != LOST:
                moves.append(vertical + (_cursor_move(x - self._x, "C") or "\b" * (self._x - x)))
        parts.append(min(moves, key=len))
        self._x, self._y = x, y


@lru_cache(maxsize=1024)
def _width_differs(cell: str) -> bool:
    """Return whether terminals disagree on a cell's width: the cursor must be placed anew."""
    return re.search(f"[^{STEADY}{_CJK}]", cell) is not None


def _cursor_move(count: int, final: str) -> str:
    """Return the sequence that moves the cursor by a number of cells; nothing under 1."""
    return f"\x1b[{count}{final}" if count > 1 else f"\x1b[{final}" if count == 1 else ""
