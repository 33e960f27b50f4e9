"""Roles become colours: the theme's, looked up once per theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from relaytop.tui.ansi_roles import SELECTED, ansi_styles
from relaytop.tui.draw.text_runs import line_width
from relaytop.tui.terminal.color_depth import ColorDepth
from relaytop.tui.terminal.contrast import DIM_CONTRAST, RGB, TEXT_CONTRAST, legible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.tui.draw.text_runs import Line, Role

DEPTH_VARIABLE = "color-depth"
"""The CSS variable that holds the number of colours; 16 and fewer are chosen by hand."""
COLORBLIND_VARIABLE = "colorblind"
FAINT_VARIABLE = "faint-text"


class Palette:
    """The styles of one theme.

    Args:
        variables: The theme's CSS variables.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        def colour(name: str, fallback: str) -> Color:
            try:
                return Color.parse(variables.get(name, fallback))
            except ValueError:  # a theme may define a colour as a function of others
                return Color.parse(fallback)

        depth = ColorDepth(int(variables.get(DEPTH_VARIABLE, ColorDepth.TRUECOLOR)))
        if depth <= ColorDepth.ANSI_16:
            self._use_ansi(variables, depth)
            return
        ground = colour("background", "#12151c")
        text = colour("foreground", "#d0d4dc")
        lifted = colour("panel", "#232a36")
        hues: dict[Role, Color] = {
            "text": text,
            "dim": ground.blend(text, 0.55),
            "good": colour("success", "#5fd787"),
            "warn": colour("warning", "#ffd75f"),
            "bad": colour("error", "#ff6b6b"),
            "accent": colour("accent", "#5fd7ff"),
            "title": colour("primary", "#5fafd7"),
            "rule": ground.blend(text, 0.25),
            "bold": text,
        }
        self.blank = Style(bgcolor=ground.rich_color)
        self.lifted = Style(bgcolor=lifted.rich_color)
        self._plain = self._styles(hues, ground)
        self._selected = self._styles(hues, lifted)

    def _use_ansi(self, variables: Mapping[str, str], depth: ColorDepth) -> None:
        self._plain = ansi_styles(
            depth,
            colorblind=COLORBLIND_VARIABLE in variables,
            faint=variables.get(FAINT_VARIABLE) != "0",
        )
        self.blank = self._plain["text"]
        self.lifted = self.blank + Style.parse(SELECTED)
        self._selected = dict.fromkeys(self._plain, self.lifted)

    @staticmethod
    def _styles(hues: Mapping[Role, Color], ground: Color) -> dict[Role, Style]:
        strong = {"bold", "title", "bad"}
        faint = {"dim", "rule"}
        styles: dict[Role, Style] = {}
        for role, hue in hues.items():
            least = DIM_CONTRAST if role in faint else TEXT_CONTRAST
            styles[role] = _style(hue, ground, least, bold=role in strong)
        badges: dict[Role, Role] = {"good2": "good", "warn2": "warn", "bad2": "bad"}
        for badge, role in badges.items():
            styles[badge] = _style(ground, hues[role], TEXT_CONTRAST, bold=True)
        return styles

    def strip(self, line: Line, width: int, *, selected: bool = False) -> Strip:
        """Paint a line, padded to `width` cells; one segment per run."""
        styles = self._selected if selected else self._plain
        segments = [Segment(text, styles[role]) for text, role in line]
        missing = width - line_width(line)
        if missing > 0:
            segments.append(Segment(" " * missing, self.lifted if selected else self.blank))
        return Strip(segments, max(width, width - missing))


def _style(color: Color, ground: Color, least: float, *, bold: bool) -> Style:
    """Return the style of a colour on a ground, made lighter or darker until it can be read."""
    seen = legible(RGB(*color.rgb), RGB(*ground.rgb), least)
    return Style(color=Color(*seen).rich_color, bgcolor=ground.rich_color, bold=bold)
