"""Roles become colours: the theme's, looked up once per theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.theme import Theme

from relaytop.tui.draw.text_runs import line_width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.tui.draw.text_runs import Line

THEME = Theme(
    name="relaytop",
    primary="#5fafd7",
    secondary="#87afd7",
    accent="#5fd7ff",
    success="#5fd787",
    warning="#ffd75f",
    error="#ff6b6b",
    foreground="#d0d4dc",
    background="#12151c",
    surface="#1a1f29",
    panel="#232a36",
    dark=True,
)


THEMES = (THEME.name, "textual-light", "solarized-light", "nord", "gruvbox", "dracula")
"""The themes of the theme key; the command palette has more."""


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

        ground = colour("background", "#12151c")
        text = colour("foreground", "#d0d4dc")
        lifted = colour("panel", "#232a36")
        hues = {
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

    @staticmethod
    def _styles(hues: Mapping[str, Color], ground: Color) -> dict[str, Style]:
        strong = {"bold", "title", "bad"}
        styles = {
            role: Style(color=hue.rich_color, bgcolor=ground.rich_color, bold=role in strong)
            for role, hue in hues.items()
        }
        for role in ("good", "warn", "bad"):
            styles[f"{role}2"] = Style(
                color=ground.rich_color, bgcolor=hues[role].rich_color, bold=True
            )
        return styles

    def strip(self, line: Line, width: int, *, selected: bool = False) -> Strip:
        """Paint a line, padded to `width` cells; one segment per run."""
        styles = self._selected if selected else self._plain
        segments = [Segment(text, styles[role]) for text, role in line]
        missing = width - line_width(line)
        if missing > 0:
            segments.append(Segment(" " * missing, self.lifted if selected else self.blank))
        return Strip(segments, max(width, width - missing))
