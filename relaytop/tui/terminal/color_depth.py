"""How many colours a terminal shows, as far as its environment tells."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class ColorDepth(IntEnum):
    """The number of colours."""

    NONE = 0
    ANSI_8 = 8
    ANSI_16 = 16
    INDEXED = 256
    TRUECOLOR = 1 << 24


_MONOCHROME = re.compile(r"vt\d|.*-(m|mono)$|xterm-(r[56]|vt220)$|wsvt25m$|sun$")
_TRUECOLOR = re.compile(r".*-direct|(xterm-)?(kitty|ghostty)|foot|alacritty|wezterm|contour")
_16_COLORS = {"xterm", "xterm-16color", "rxvt-16color", "putty", "konsole", "vte"}


def detect_color_depth(environ: Mapping[str, str]) -> ColorDepth:
    """Return the depth that `NO_COLOR`, `COLORTERM` and `TERM` tell; 8 where they say little.

    GNU screen before 5 hands on the outer terminal's `COLORTERM` and knows no true colours itself,
    nor does the Linux console.
    """
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or _MONOCHROME.match(term):
        return ColorDepth.NONE
    own_limit = term.startswith("linux") or (term.startswith("screen") and "TMUX" not in environ)
    if not own_limit and environ.get("COLORTERM") in {"truecolor", "24bit"}:
        return ColorDepth.TRUECOLOR
    if _TRUECOLOR.match(term):
        return ColorDepth.TRUECOLOR
    if "256" in term:
        return ColorDepth.INDEXED
    return ColorDepth.ANSI_16 if term in _16_COLORS else ColorDepth.ANSI_8


def has_faint(environ: Mapping[str, str]) -> bool:
    """Whether faint text (SGR 2) can be read: the Linux console shows it dark grey on black."""
    return not environ.get("TERM", "").startswith("linux")
