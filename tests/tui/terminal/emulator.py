"""A terminal emulator to hold the driver against, and what a grid looks like on it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pyte

from relaytop.tui.terminal.styles import on_blanks, style_of

if TYPE_CHECKING:
    from relaytop.tui.terminal.grid import Grid

Look = tuple[str, str, str, bool, bool, bool, bool, bool]
"""A cell's text, foreground, background, bold, italics, underscore, reverse, strikethrough."""

_NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
_ON = {1: 0, 3: 2, 4: 3, 7: 6, 9: 8}


class Emulator:
    """pyte, of a size, with automatic wrapping off as Textual has it."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = pyte.Screen(width, height)
        self.stream = pyte.ByteStream(self.screen)
        self.stream.feed(b"\x1b[?7l")

    def feed(self, data: str | bytes) -> None:
        self.stream.feed(data.encode() if isinstance(data, str) else data)

    def looks(self) -> list[list[Look]]:
        rows = []
        for y in range(self.screen.lines):
            cells = (self.screen.buffer[y][x] for x in range(self.screen.columns))
            rows.append(
                [
                    _plain(
                        cell.data,
                        cell.fg,
                        cell.bg,
                        (
                            cell.bold,
                            cell.italics,
                            cell.underscore,
                            cell.reverse,
                            cell.strikethrough,
                        ),
                    )
                    for cell in cells
                ]
            )
        return rows


def looks_of(grid: Grid) -> list[list[Look]]:
    """The contents of an emulator's cells once it shows a grid."""
    return [
        [_look(text, style) for text, style in zip(texts, styles, strict=True)]
        for texts, styles in zip(grid.texts, grid.styles, strict=True)
    ]


def _look(text: str, number: int) -> Look:
    style = style_of(on_blanks(number) if text == " " else number)
    bold, italics, underscore, reverse, strike = (
        bool(style.flags >> _ON[code] & 1) for code in (1, 3, 4, 7, 9)
    )
    # pyte composes a character with its glyphs.
    text = unicodedata.normalize("NFC", text)
    return _plain(
        text, _colour(style.fg), _colour(style.bg), (bold, italics, underscore, reverse, strike)
    )


def _plain(text: str, fg: str, bg: str, flags: tuple[bool, bool, bool, bool, bool]) -> Look:
    bold, italics, underscore, reverse, strike = flags
    if text == " " and not (underscore or reverse or strike):
        fg, bold, italics = "default", False, False
    return (text, fg, bg, bold, italics, underscore, reverse, strike)


def _colour(parameters: str) -> str:
    codes = [int(code) for code in parameters.split(";") if code]
    if not codes:
        return "default"
    if len(codes) > 1:
        red, green, blue = codes[2:]
        return f"{red:02x}{green:02x}{blue:02x}"
    name = _NAMES[codes[0] % 10]
    return f"bright{name}" if codes[0] >= 90 else name
