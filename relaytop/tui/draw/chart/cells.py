"""A grid of characters with their roles, that a drawing is made on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.text_runs import merged

if TYPE_CHECKING:
    from relaytop.tui.draw.text_runs import Line, Role, Run

BLANK: Run = (" ", "dim")


class Cells:
    """`rows` × `columns` cells, blank at first; what lies outside is not drawn.

    Args:
        columns: Its width.
        rows: Its height.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._grid: list[list[Run]] = [[BLANK] * columns for _ in range(rows)]

    def put(self, x: int, y: int, char: str, role: Role) -> None:
        """Put a character into a cell."""
        if 0 <= y < self.rows and 0 <= x < self.columns:
            self._grid[y][x] = (char, role)

    def put_blank(self, x: int, y: int, char: str, role: Role) -> None:
        """Put a character into a cell that has none yet."""
        if 0 <= y < self.rows and 0 <= x < self.columns and self._grid[y][x] == BLANK:
            self._grid[y][x] = (char, role)

    def rule(self, y: int, char: str, role: Role) -> None:
        """Draw a line across, behind what there is."""
        for x in range(self.columns):
            self.put_blank(x, y, char, role)

    def write(self, x: int, y: int, text: str, role: Role) -> None:
        """Put a text into a row from a cell on."""
        for offset, char in enumerate(text):
            self.put(x + offset, y, char, role)

    def write_centred(self, text: str, role: Role) -> None:
        """Put a text into the middle."""
        self.write(max(0, (self.columns - len(text)) // 2), self.rows // 2, text, role)

    def lines(self) -> list[Line]:
        """Return the rows as lines."""
        return [merged(row) for row in self._grid]
