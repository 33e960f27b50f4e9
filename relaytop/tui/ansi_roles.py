"""The styles of roles in 16 colours, in 8 and in none, chosen by hand.

The ground is the terminal's own, so is the colour of most text. Dark blue, dark red and brown are
no colours for text: on black they can hardly be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style

from relaytop.tui.terminal.color_depth import ColorDepth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.tui.draw.text_runs import Role

ROLES: Mapping[ColorDepth, Mapping[Role, str]] = {
    ColorDepth.ANSI_16: {
        "text": "",
        "dim": "dim",
        "good": "green",
        "warn": "bright_yellow",
        "bad": "bold bright_red",
        "accent": "cyan",
        "title": "bold cyan",
        "rule": "dim",
        "bold": "bold",
        "good2": "black on green",
        "warn2": "black on bright_yellow",
        "bad2": "bold bright_white on red",
    },
    ColorDepth.ANSI_8: {
        "text": "",
        "dim": "dim",
        "good": "green",
        "warn": "bold yellow",
        "bad": "bold white on red",
        "accent": "cyan",
        "title": "bold cyan",
        "rule": "dim",
        "bold": "bold",
        "good2": "black on green",
        "warn2": "reverse",
        "bad2": "bold white on red",
    },
    ColorDepth.NONE: {
        "text": "",
        "dim": "dim",
        "good": "",
        "warn": "",
        "bad": "bold",
        "accent": "bold",
        "title": "bold",
        "rule": "dim",
        "bold": "bold",
        "good2": "reverse",
        "warn2": "reverse",
        "bad2": "reverse",
    },
}
COLORBLIND: Mapping[Role, str] = {
    "good": "cyan",
    "warn": "bold",
    "bad": "bold yellow",
    "accent": "",
    "good2": "black on cyan",
    "warn2": "reverse",
    "bad2": "reverse",
}
"""What differs in colours that the colour-blind tell apart."""
SELECTED = "reverse"
"""All of the selected row: bold text would be dark grey on grey on the Linux console."""


def ansi_styles(depth: ColorDepth, *, colorblind: bool, faint: bool) -> dict[Role, Style]:
    """Return the style of each role.

    Args:
        depth: 16 colours or fewer.
        colorblind: Blue and yellow in place of green and red.
        faint: Whether the terminal's faint text can be read; it shows as usual text else.
    """
    texts = dict(ROLES[depth])
    if colorblind and depth != ColorDepth.NONE:
        texts |= COLORBLIND
    if not faint:
        texts |= {"dim": "", "rule": ""}
    ground = Style(color="default", bgcolor="default")
    return {role: ground + Style.parse(text) for role, text in texts.items()}
