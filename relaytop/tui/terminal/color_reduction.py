"""Styles in true colours become styles of what a terminal shows."""

from __future__ import annotations

import colorsys
from functools import lru_cache
from typing import NamedTuple

from relaytop.tui.terminal.color_depth import ColorDepth
from relaytop.tui.terminal.contrast import (
    INDEXED,
    MIDDLE_LUMINANCE,
    RGB,
    TEXT_CONTRAST,
    contrast,
    luminance,
    nearest_indexed,
)
from relaytop.tui.terminal.styles import Style, number_of, style_of

BOLD, REVERSE = 1 << 0, 1 << 6
COLORFUL_FROM = 0.25
"""Saturation."""


class Colors(NamedTuple):
    """The colours in force."""

    depth: ColorDepth = ColorDepth.TRUECOLOR
    dark: bool = True
    """Whether the theme is light text on a dark ground."""


HUES_16 = ((20, "91"), (75, "93"), (160, "32"), (255, "36"), (335, "95"), (361, "91"))
"""Hue in degrees below which a colour of 16 stands for it; all can be read on black."""
HUES_8 = ((20, ""), (75, ""), (160, "32"), (255, "36"), (361, ""))
"""The same of 8: red, brown and magenta are too dark to be read."""


@lru_cache(maxsize=4096)
def reduced(number: int, colors: Colors) -> int:
    """Return the number of the style to send for a style in true colours.

    In 16 colours and fewer the ground is the terminal's own. A ground that stands out from the
    theme's becomes reverse. Colours among the 16, chosen by hand, are left as they are.
    """
    if colors.depth == ColorDepth.TRUECOLOR:
        return number
    style = style_of(number)
    if colors.depth == ColorDepth.INDEXED:
        return number_of(_indexed(style))
    fg, bg = _rgb(style.fg), _rgb(style.bg)
    flags = style.flags
    if colors.depth == ColorDepth.NONE:
        return number_of(Style(flags=flags ^ _reverse(bg, dark=colors.dark)))
    if fg is None and bg is None:
        return number
    turned = _reverse(bg, dark=colors.dark)
    kept = style.fg if fg is None else _hue(fg, colors.depth)
    return number_of(Style("" if turned else kept, "" if bg else style.bg, flags ^ turned))


def _reverse(bg: RGB | None, *, dark: bool) -> int:
    stands_out = bg is not None and (luminance(bg) > MIDDLE_LUMINANCE) == dark
    return REVERSE if stands_out else 0


def _indexed(style: Style) -> Style:
    fg, bg = _rgb(style.fg), _rgb(style.bg)
    ground = None if bg is None else nearest_indexed(bg)
    new_fg, new_bg = style.fg, style.bg
    if fg is not None and bg is not None and ground is not None:
        least = min(contrast(fg, bg), TEXT_CONTRAST)
        new_fg = f"38;5;{nearest_indexed(fg, INDEXED[ground], least)}"
    elif fg is not None:
        new_fg = f"38;5;{nearest_indexed(fg)}"
    if ground is not None:
        new_bg = f"48;5;{ground}"
    return Style(new_fg, new_bg, style.flags)


def _hue(color: RGB, depth: ColorDepth) -> str:
    hue, saturation, _value = colorsys.rgb_to_hsv(*(channel / 255 for channel in color))
    if saturation < COLORFUL_FROM:
        return ""
    hues = HUES_16 if depth == ColorDepth.ANSI_16 else HUES_8
    return next(code for below, code in hues if hue * 360 < below)


def _rgb(parameters: str) -> RGB | None:
    """Return the true colour that parameters set; None for the terminal's own and for the 16."""
    kind, *channels = parameters.split(";")[1:] or [""]
    if kind != "2":
        return None
    red, green, blue = map(int, channels)
    return RGB(red, green, blue)
