"""The themes: dark, light, for the colour-blind, and the terminal's own colours."""

from __future__ import annotations

from textual.theme import Theme

from relaytop.tui.terminal.color_depth import ColorDepth

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
LIGHT = Theme(
    name="relaytop-light",
    primary="#0550ae",
    secondary="#57606a",
    accent="#0969da",
    success="#116329",
    warning="#7d4e00",
    error="#a40e26",
    foreground="#24292f",
    background="#fbfcfd",
    surface="#f0f3f6",
    panel="#dde4ec",
    dark=False,
)
COLORBLIND = Theme(
    name="colorblind",
    primary="#7cc4ee",
    secondary="#9db4c4",
    accent="#cc79a7",
    success="#56b4e9",
    warning="#f0e442",
    error="#e8702a",
    foreground="#d6d9de",
    background="#111317",
    surface="#191c22",
    panel="#262b34",
    dark=True,
)
"""The colours of Okabe and Ito: blue, yellow and vermilion in place of green, amber and red."""
TERMINAL = Theme(
    name="terminal",
    primary="#00cdcd",
    secondary="#00cdcd",
    accent="#00cdcd",
    success="#00cd00",
    warning="#ffff00",
    error="#ff5555",
    foreground="#e5e5e5",
    background="#000000",
    surface="#000000",
    panel="#000000",
    dark=True,
)
"""The 16 colours and the ground that the terminal's user has chosen."""

OWN_THEMES = (THEME, LIGHT, COLORBLIND, TERMINAL)
THEMES = (
    *(theme.name for theme in OWN_THEMES),
    *("solarized-light", "nord", "gruvbox", "dracula"),
)
"""The themes of the theme key; the command palette has more."""
ANSI_THEMES = (TERMINAL.name, COLORBLIND.name)
"""Those that differ in 16 colours and fewer."""


def theme_depth(theme: Theme, depth: ColorDepth) -> ColorDepth:
    """Return the depth that a theme is shown in on a terminal of a depth."""
    is_terminal_own = theme.ansi or theme.name == TERMINAL.name
    return min(depth, ColorDepth.ANSI_16) if is_terminal_own else depth


def theme_cycle(depth: ColorDepth) -> tuple[str, ...]:
    """Return the themes that differ on a terminal of a depth; none where there are no colours."""
    if depth == ColorDepth.NONE:
        return ()
    return ANSI_THEMES if depth <= ColorDepth.ANSI_16 else THEMES
