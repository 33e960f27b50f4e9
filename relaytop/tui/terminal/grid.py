"""The contents of a terminal, cell by cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len

from relaytop.tui.terminal.styles import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = -1
"""The style of a cell of which nothing is known: it differs from every wanted one."""
ZERO_WIDTH_JOINER = "\u200d"

STEADY = "\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e─-◿⠀-⣿"
"""Latin, punctuation, lines, blocks and Braille: one cell each in every terminal."""
is_steady = re.compile(f"[{STEADY}]+").fullmatch
"""Matches a text of such characters alone."""


class Grid:
    """Rows of cells; where a character is wide, the cells after its first hold an empty text.

    Args:
        width: Columns.
        height: Rows.
    """

    __slots__ = ("dirty", "height", "styles", "texts", "width")

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.texts: list[list[str]] = [[" "] * width for _ in range(height)]
        self.styles: list[list[int]] = [[DEFAULT] * width for _ in range(height)]
        self.dirty: set[int] = set()
        """Rows that were written to since they were last painted."""

    def resized(self, width: int, height: int) -> Grid:
        """Return a grid of another size with what of this one fits, all of it to be painted."""
        grid = Grid(width, height)
        count = min(width, self.width)
        for y in range(min(height, self.height)):
            if count < self.width:
                self._blank_halves(y, count)
            grid.texts[y][:count] = self.texts[y][:count]
            grid.styles[y][:count] = self.styles[y][:count]
        grid.dirty = set(range(height))
        return grid

    def forget(self) -> None:
        """Know nothing of any cell."""
        self.styles = [[UNKNOWN] * self.width for _ in range(self.height)]

    def clear(self, y: int, start: int, end: int, style: int) -> None:
        """Blank the cells from `start` to before `end`."""
        count = min(end, self.width) - start
        if count > 0:
            self.write(start, y, " " * count, style)

    def write(self, x: int, y: int, text: str, style: int) -> int:
        """Write a text and return the column after it; what does not fit is cut off."""
        if not 0 <= y < self.height:
            return x
        self.dirty.add(y)
        if not text.isascii() and not is_steady(text):
            for cluster in _clusters(text):
                x = self._cluster(x, y, cluster, style)
            return x
        count = min(len(text), self.width - x)
        if count > 0:
            self._blank_halves(y, x)
            self._blank_halves(y, x + count)
            self.texts[y][x : x + count] = text[:count]
            self.styles[y][x : x + count] = [style] * count
        return min(x + len(text), self.width)

    def _cluster(self, x: int, y: int, cluster: str, style: int) -> int:
        """Write a character with the marks that belong to it."""
        texts = self.texts[y]
        size = cell_len(cluster)
        if size == 0:
            # Marks at the beginning of a text belong to what was written before it.
            at = min(x, self.width) - 1
            while at > 0 and texts[at] == "":
                at -= 1
            if at >= 0 and cell_len(texts[at] + cluster) == cell_len(texts[at]):
                texts[at] += cluster
            return x
        if x + size > self.width:
            self.clear(y, x, self.width, style)  # no half of it may be seen
            return self.width
        self._blank_halves(y, x)
        self._blank_halves(y, x + size)
        texts[x : x + size] = [cluster] + [""] * (size - 1)
        self.styles[y][x : x + size] = [style] * size
        return x + size

    def _blank_halves(self, y: int, x: int) -> None:
        """Blank a wide character that a write at the edge `x` is about to cut in half."""
        texts = self.texts[y]
        if not 0 < x < self.width or texts[x] != "":
            return
        start, end = x - 1, x + 1
        while start > 0 and texts[start] == "":
            start -= 1
        while end < self.width and texts[end] == "":
            end += 1
        texts[start:end] = [" "] * (end - start)


def _clusters(text: str) -> Iterator[str]:
    """Divide a text into characters with what joins them: marks, selectors, joined emoji."""
    cluster = ""
    for char in text:
        if cluster and cell_len(char) and not cluster.endswith(ZERO_WIDTH_JOINER):
            yield cluster
            cluster = char
        else:
            cluster += char
    if cluster:
        yield cluster
