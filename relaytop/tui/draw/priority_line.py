"""A line of parts, of which the most important are shown where not all have room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.tui.draw.text_runs import line_width, merged

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from relaytop.tui.draw.text_runs import Line


@dataclass(eq=False, slots=True)
class Part:
    """A piece of a line that is shown in full or not at all."""

    line: Line
    rank: int
    """Parts with a greater rank are left out first; 0: never left out."""
    reserve: int
    """The most cells that it may come to take."""
    gap: int = 1
    """Blanks before it."""
    longer: Line = field(default_factory=list)
    """A longer text in its place where there is room; empty: none."""
    longer_rank: int = 0
    longer_by: int = 0
    """Cells that the longer text may take beyond it."""

    @property
    def width(self) -> int:
        """The cells to reserve for it."""
        return self.gap + max(self.reserve, line_width(self.line))


def select_parts(parts: Collection[Part], room: int) -> Collection[Part]:
    """Return the parts that fit `room` cells, by rank, in their longer form where that fits too."""
    candidates = [(part.rank, part.width, part, False) for part in parts]
    candidates += [(part.longer_rank, part.longer_by, part, True) for part in parts if part.longer]
    selected: list[Part] = []
    for rank, width, part, longer in sorted(candidates, key=lambda candidate: candidate[0]):
        if width > room and rank:
            continue
        room -= width
        if longer:
            part.line = part.longer
        else:
            selected.append(part)
    return selected


def join_parts(parts: Sequence[Part]) -> Line:
    """Draw parts side by side."""
    line: Line = []
    for part in parts:
        line += [(" " * (part.gap if line else 0), "text"), *part.line]
    return merged(line)
