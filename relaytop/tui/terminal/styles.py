"""Text styles as small numbers, and the shortest sequence from one to another."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

DEFAULT = 0
"""The number of the terminal's own style."""

_FLAGS = {1: 0, 2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, 21: 9, 51: 10, 52: 11, 53: 12}
"""SGR code → bit of the flag that it sets."""
_OFF = {22: (1, 2), 23: (3,), 24: (4, 21), 25: (5, 6), 27: (7,), 28: (8,), 29: (9,)}
_OFF |= {54: (51, 52), 55: (53,)}
"""SGR code → the codes whose flags it takes away."""
FOREGROUND, FOREGROUND_OFF = 38, 39
BACKGROUND, BACKGROUND_OFF = 48, 49
FOREGROUNDS = frozenset((*range(30, 38), *range(90, 98)))
BACKGROUNDS = frozenset((*range(40, 48), *range(100, 108)))
_EXTENDED = {2: 5, 5: 3}
"""Kind of an extended colour → how many parameters it takes, the leading 38 or 48 included."""


def _bits(codes: tuple[int, ...]) -> int:
    return sum(1 << _FLAGS[code] for code in codes)


_MASKS = {code: _bits(flags) for code, flags in _OFF.items()}
_SEEN_ON_BLANKS = _bits((4, 7, 9, 21, 51, 52, 53))


class Style(NamedTuple):
    """Colours as the parameters that set them; empty: the terminal's own."""

    fg: str = ""
    bg: str = ""
    flags: int = 0


_STYLES = [Style()]
_NUMBERS = {Style(): DEFAULT}


def number_of(style: Style) -> int:
    """Return the number of a style, the same for equal ones."""
    found = _NUMBERS.get(style)
    if found is None:
        found = _NUMBERS[style] = len(_STYLES)
        _STYLES.append(style)
    return found


def style_of(number: int) -> Style:
    """Return the style of a number."""
    return _STYLES[number]


@lru_cache(maxsize=4096)
def on_blanks(number: int) -> int:
    """Return what of a style can be seen on a blank: the same for all that look alike there."""
    style = style_of(number)
    return number if style.flags & _SEEN_ON_BLANKS else number_of(Style(bg=style.bg))


@lru_cache(maxsize=4096)
def after_sgr(number: int, parameters: str) -> int:
    """Return the style after `CSI parameters m` was met in a style."""
    fg, bg, flags = style_of(number)
    codes = [int(part) if part.isdigit() else 0 for part in parameters.split(";")]
    index = 0
    while index < len(codes):
        code = codes[index]
        length = 1
        if code == 0:
            fg, bg, flags = "", "", 0
        elif code in _FLAGS:
            flags |= 1 << _FLAGS[code]
        elif code in _MASKS:
            flags &= ~_MASKS[code]
        elif code in {FOREGROUND, BACKGROUND}:
            length = _EXTENDED.get(codes[index + 1] if index + 1 < len(codes) else 0, 1)
            colour = ";".join(map(str, codes[index : index + length])) if length > 1 else ""
            fg, bg = (colour, bg) if code == FOREGROUND else (fg, colour)
        elif code == FOREGROUND_OFF:
            fg = ""
        elif code == BACKGROUND_OFF:
            bg = ""
        elif code in FOREGROUNDS:
            fg = str(code)
        elif code in BACKGROUNDS:
            bg = str(code)
        index += length
    return number_of(Style(fg, bg, flags))


@lru_cache(maxsize=4096)
def transition(before: int | None, after: int) -> str:
    """Return the shortest sequence that turns one style, None if unknown, into another."""
    if before == after:
        return ""
    if after == DEFAULT:
        return "\x1b[m"
    new = style_of(after)
    afresh = ["0", *_codes(new.flags), *filter(None, (new.fg, new.bg))]
    if before is None:
        return f"\x1b[{';'.join(afresh)}m"
    old = style_of(before)
    changes: list[str] = []
    flags = old.flags
    for code, mask in _MASKS.items():
        if old.flags & ~new.flags & mask:
            changes.append(str(code))
            flags &= ~mask
    changes += _codes(new.flags & ~flags)
    if old.fg != new.fg:
        changes.append(new.fg or "39")
    if old.bg != new.bg:
        changes.append(new.bg or "49")
    return f"\x1b[{min(';'.join(changes), ';'.join(afresh), key=len)}m"


def _codes(flags: int) -> list[str]:
    return [str(code) for code, bit in _FLAGS.items() if flags >> bit & 1]
