"""The rows in sight: which part of the list has room, and which row keeps its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.tui.rows.blocks import Row


class RowWindow:
    """Scrolls so that the selected row is in sight, or away from it where the wheel asks for that.

    The own row of a group takes the line of the first of its targets in sight: their names say
    nothing of the provider.
    """

    def __init__(self) -> None:
        self.first_row = 0
        """The number of rows that are scrolled out of sight above."""
        self.height = 1
        """The number of rows that have room."""
        self.rows: Sequence[Row] = ()
        """All rows."""
        self._selected_key: str | None = None
        self._still: tuple[str, int] | None = None
        """The key and the index of the row that keeps its line, as it was drawn last."""
        self._away = False
        """Whether the wheel has scrolled the selected row out of sight."""

    def update(self, rows: Sequence[Row], height: int, key: str | None) -> None:
        """Show other rows: one keeps its line, the selected one, or the first after the wheel.

        Args:
            rows: All rows.
            height: The number of rows that have room.
            key: Of the selected row.
        """
        self.rows, self.height = rows, height
        index = next((at for at, row in enumerate(rows) if row.key == key), None)
        first = self.first_row
        if key != self._selected_key:
            self._away = False
        self._selected_key = key
        if self._away:
            still, at = self._still or (None, first)
            found = next((n for n, row in enumerate(rows) if row.key == still), at)
            first += found - at
        elif key is not None and index is not None:
            if self._still is not None and self._still[0] == key:
                first += index - self._still[1]
            elif index <= 1:
                first = 0
            first = min(max(first, index - height + 1), index)
            first -= first == index and self._is_covered(index)
        self.first_row = first = max(0, min(first, len(rows) - height))
        if self._away and rows:
            self._still = (rows[first].key, first)
        elif key is not None and index is not None:
            self._still = (key, index)

    @property
    def in_sight(self) -> Sequence[Row]:
        """The rows in sight, top first."""
        rows = self.rows[self.first_row : self.first_row + self.height]
        if not self._is_covered(self.first_row):
            return rows
        above = self.rows[self.first_row :: -1]
        return [next(row for row in above if row.target is None), *rows[1:]]

    @property
    def below(self) -> int:
        """The number of rows that are out of sight below; negative where there is room for more."""
        return len(self.rows) - self.first_row - self.height

    @property
    def held_key(self) -> str | None:
        """The key of the first row in sight, where the wheel has left the selected one behind."""
        return self._still[0] if self._away and self._still is not None else None

    @property
    def page_step(self) -> int:
        """The number of rows by which a page scrolls: less what a group's own row may cover."""
        grouped = any(row.group is not None for row in self.rows)
        return max(1, self.height - grouped)

    def follow_selected(self, *, pages: int = 0) -> None:
        """Have the selected row in sight again, with the next update.

        Args:
            pages: Screens to scroll down first; up where it is negative.
        """
        self._away = False
        self.first_row += pages * self.page_step

    def scroll(self, lines: int) -> bool:
        """Scroll down, or up where `lines` is negative; return whether any row moved.

        Another row is not selected by that.
        """
        last = max(0, len(self.rows) - self.height)
        first = max(0, min(self.first_row + lines, last))
        if first == self.first_row:
            return False
        self.first_row = first
        self._away = self._selected_key not in [row.key for row in self.in_sight]
        self._still = None
        return True

    def row_at(self, line: int) -> Row | None:
        """Return the row at a line, 0 at the top; None below the last.

        After a page up that is not yet drawn `first_row` is negative: no row is where it seems.
        """
        rows = self.in_sight if self.first_row >= 0 else ()
        return rows[line] if 0 <= line < len(rows) else None

    def _is_covered(self, index: int) -> bool:
        """Return whether the row of a group has a row's line, were that the first in sight."""
        row = self.rows[index] if 0 <= index < len(self.rows) else None
        in_group = row is not None and row.group is not None and row.target is not None
        return in_group and self.height > 1
