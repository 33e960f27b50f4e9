"""Reads what Textual writes to a terminal and paints it into a grid instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relaytop.tui.terminal.color_reduction import Colors, reduced
from relaytop.tui.terminal.styles import DEFAULT, after_sgr, on_blanks

if TYPE_CHECKING:
    from relaytop.tui.terminal.grid import Grid

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<parameters>[0-?]*)(?P<middle>[ -/]*)(?P<final>[@-~])"
    r"|(?P<string>\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\))"
    r"|(?P<escape>\x1b[ -/]*[0-OQ-WYZ`-~])"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f])",
)
_SYNC = "?2026"
_ALTERNATE = {"?1049", "?1047", "?47"}
_PRIVATE = frozenset("<=>?")
_HARMLESS = {"c", "n", "t", "u", " q", "$p"}
"""Ends of queries, of the cursor's shape and of titles: they move and change no cell."""
_LINK = "\x1b]8;"


class Interpreter:
    """Keeps the cursor and the style of what is written; what is no paint is passed on.

    Args:
        grid: Where to paint.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.colors = Colors()
        """The colours that the terminal shows; what is painted from now on is in them."""
        self.x = 0
        self.y = 0
        self.style = DEFAULT
        self.painted = False
        """Whether a text was ever written."""

    def feed(self, data: str) -> tuple[str, bool]:
        """Interpret a write; return (sequences to pass on as they are, whether to repaint all)."""
        passed: list[str] = []
        anew = False
        for match in _TOKEN.finditer(data):
            kind = match.lastgroup
            if kind == "text":
                text = match[0]
                style = self._look(blank=text.isspace())
                self.painted = True
                self.x = self.grid.write(self.x, self.y, text, style)
            elif kind == "final":
                parameters, final = match["parameters"], match["final"]
                if not match["middle"] and self._sequence(parameters, final):
                    continue
                # A frame of ours has bounds of its own.
                if parameters != _SYNC or final not in "hl":
                    passed.append(match[0])
                    anew = anew or _disturbs(parameters, match["middle"] + final)
            elif kind == "control":
                self._control(match[0], passed)
            elif kind == "string":
                # A link's two ends would arrive without the text between them.
                if not match[0].startswith(_LINK):
                    passed.append(match[0])
            else:
                passed.append(match[0])
                anew = True
        return "".join(passed), anew

    def _look(self, *, blank: bool) -> int:
        return reduced(on_blanks(self.style) if blank else self.style, self.colors)

    def _control(self, char: str, passed: list[str]) -> None:
        if char == "\n":
            self.x, self.y = 0, self.y + 1
        elif char == "\r":
            self.x = 0
        elif char == "\b":
            self.x = max(0, self.x - 1)
        elif char == "\a":
            passed.append(char)

    def _sequence(self, parameters: str, final: str) -> bool:
        """Obey a style, a cursor movement or an erasure; False for anything else."""
        if parameters and parameters[0] in _PRIVATE:
            return False
        if final == "m":
            self.style = after_sgr(self.style, parameters)
            return True
        numbers = [int(part) if part.isdigit() else 0 for part in parameters.split(";")]
        first = numbers[0]
        match final:
            case "H" | "f":
                self.y = max(1, first) - 1
                self.x = max(1, numbers[1] if len(numbers) > 1 else 1) - 1
            case "A":
                self.y = max(0, self.y - max(1, first))
            case "B":
                self.y += max(1, first)
            case "C":
                self.x += max(1, first)
            case "D":
                self.x = max(0, self.x - max(1, first))
            case "G":
                self.x = max(1, first) - 1
            case "K" | "J":
                self._erase(first, lines=final == "J")
            case _:
                return False
        return True

    def _erase(self, mode: int, *, lines: bool) -> None:
        grid = self.grid
        style = self._look(blank=True)
        start, end = (0 if mode else self.x), (grid.width if mode != 1 else self.x + 1)
        grid.clear(self.y, start, end, style)
        if lines:
            rows = range(self.y + 1, grid.height) if mode == 0 else range(self.y)
            for y in range(grid.height) if mode > 1 else rows:
                grid.clear(y, 0, grid.width, style)


def _disturbs(parameters: str, end: str) -> bool:
    """Whether a sequence that is passed on may change what the terminal shows."""
    return parameters in _ALTERNATE or (parameters[:1] not in _PRIVATE and end not in _HARMLESS)
