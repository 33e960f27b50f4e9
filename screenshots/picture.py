"""A terminal's cells as an SVG file."""

from __future__ import annotations

import io
import re
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

if TYPE_CHECKING:
    import pyte
    from pyte.screens import Char

FOREGROUND, BACKGROUND = "d0d4dc", "12151c"
"""Where the program names no colour."""
ASPECT_RATIO = 0.6
"""A cell's width by the font's height, as nearly all monospaced fonts have it."""
PALETTE = ["000000", "cd3131", "0dbc79", "e5e510", "2472c8", "bc3fbc", "11a8cd", "e5e5e5"]
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
"""What a reader has: a picture must not ask another host for its font."""


def svg_of(grid: pyte.Screen, title: str, name: str) -> str:
    """Return the cells as an SVG picture of a window.

    Args:
        grid: What the terminal shows.
        title: The window's.
        name: Begins the names inside the picture, so that several may stand on one page.
    """
    console = Console(
        record=True, width=grid.columns, height=grid.lines, file=io.StringIO(), legacy_windows=False
    )
    for row in range(grid.lines):
        console.print(_line(grid, row), no_wrap=True, overflow="crop", crop=True)
    corner = grid.buffer[0][0]
    background = BACKGROUND if corner.bg == "default" or corner.reverse else corner.bg
    svg = console.export_svg(
        title=title, theme=_theme(background), font_aspect_ratio=ASPECT_RATIO, unique_id=name
    )
    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)
    return svg.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")


def _line(grid: pyte.Screen, row: int) -> Text:
    """Return a row, each word apart: so it begins at its cell, whatever the font's widths are."""
    line = Text(end="")
    cells = (grid.buffer[row][column] for column in range(grid.columns))
    for (style, _), alike in groupby(cells, lambda cell: (_style(cell), cell.data == " ")):
        # The second half of a wide character is an empty cell.
        line.append("".join(cell.data for cell in alike), style)
    return line


def _style(cell: Char) -> Style:
    return Style(
        color=_color(cell.fg),
        bgcolor=_color(cell.bg),
        bold=cell.bold,
        dim=cell.blink,
        italic=cell.italics,
        underline=cell.underscore,
        reverse=cell.reverse,
    )


def _color(name: str) -> str | None:
    if name == "default":
        return None
    return f"#{name}" if re.fullmatch(r"[0-9a-f]{6}", name) else name


def _theme(background: str) -> TerminalTheme:
    colors = [_rgb(color) for color in PALETTE]
    dark = sum(_rgb(background)) < 3 * 128
    return TerminalTheme(_rgb(background), _rgb(FOREGROUND if dark else "24292f"), colors, colors)


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color)
    return red, green, blue
