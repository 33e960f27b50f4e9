"""The last step of every paint where the terminal shows ASCII alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter

from relaytop.tui.draw.ascii import plain

if TYPE_CHECKING:
    from textual.color import Color


class AsciiOnly(LineFilter):
    """Writes what came from outside, and Textual's own borders, in ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in as many cells."""
        del background
        return [Segment(plain(text), style, control) for text, style, control in segments]
