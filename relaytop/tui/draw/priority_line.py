"""A line of parts, of which the most important are kept where not all have room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.tui.draw.text_runs import line_width, merged

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from relaytop.tui.draw.text_runs import Line


@dataclass(eq=False, slots=True)
class Part:
    """A piece of a line that is shown whole or not at all."""

    line: Line
    rank: int
    """The lower, the longer it is kept; 0: always."""
    reserve: int
    """How many cells it may come to take."""
    gap: int = 1
    """Blanks before it."""
    longer: Line = field(default_factory=list)
    """What to show in its place where there is room; empty: nothing."""
    longer_rank: int = 0
    longer_by: int = 0
    """How many cells more that may come to take."""

    @property
    def width(self) -> int:
        """The cells to keep for it."""
        return self.gap + max(self.reserve, line_width(self.line))


def chosen(parts: Collection[Part], room: int) -> Collection[Part]:
    """Return the parts that fit `room` cells, by rank, in their longer form where that fits too."""
    wishes = [(part.rank, part.width, part, False) for part in parts]
    wishes += [(part.longer_rank, part.longer_by, part, True) for part in parts if part.longer]
    kept: list[Part] = []
    for rank, width, part, longer in sorted(wishes, key=lambda wish: wish[0]):
        if width > room and rank:
            continue
        room -= width
        if longer:
            part.line = part.longer
        else:
            kept.append(part)
    return kept


def drawn(parts: Sequence[Part]) -> Line:
    """Draw parts side by side."""
    line: Line = []
    for part in parts:
        line += [(" " * (part.gap if line else 0), "text"), *part.line]
    return merged(line)
