"""The colours that a sequence of ours gives on a terminal, as RGB."""

from __future__ import annotations

from relaytop.tui.terminal.contrast import INDEXED, RGB
from relaytop.tui.terminal.styles import style_of

VGA = [
    *((0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0)),
    *((0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170)),
    *((85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85)),
    *((85, 85, 255), (255, 85, 255), (85, 255, 255), (255, 255, 255)),
]
XTERM = [
    *((0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0)),
    *((0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)),
    *((127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0)),
    *((92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255)),
]
BOLD, FAINT, REVERSE = 1 << 0, 1 << 1, 1 << 6


class TerminalColors:
    """A terminal with light grey text on black.

    Args:
        palette: Its 16 colours.
        bold_is_bright: Whether bold text in one of the first eight is in its bright one.
    """

    def __init__(self, palette: list[tuple[int, int, int]], *, bold_is_bright: bool) -> None:
        self.palette = [RGB(*color) for color in palette]
        self.bold_is_bright = bold_is_bright

    def pair(self, style: int) -> tuple[RGB, RGB]:
        """Return the colour of text in a style, and of its ground."""
        fg, bg, flags = style_of(style)
        text = self._color(fg, 7, bright=bool(flags & BOLD) and self.bold_is_bright)
        ground = self._color(bg, 0, bright=False)
        if flags & FAINT:
            text = RGB(*((a + b) // 2 for a, b in zip(text, ground, strict=True)))
        return (ground, text) if flags & REVERSE else (text, ground)

    def _color(self, parameters: str, otherwise: int, *, bright: bool) -> RGB:
        codes = [int(part) for part in parameters.split(";")] if parameters else []
        if codes[1:2] == [2]:
            return RGB(*codes[2:])
        if codes[1:2] == [5]:
            return self.palette[codes[2]] if codes[2] < 16 else INDEXED[codes[2]]
        number = otherwise
        if codes and codes[0] not in {39, 49}:
            number = codes[0] % 10 + (8 if codes[0] >= 90 else 0)
        return self.palette[number + 8 if bright and number < 8 else number]


LINUX_CONSOLE = TerminalColors(VGA, bold_is_bright=True)
XTERM_COLORS = TerminalColors(XTERM, bold_is_bright=False)
