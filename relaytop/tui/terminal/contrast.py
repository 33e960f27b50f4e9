"""Contrast as WCAG 2 defines it, and the colours of 256 that keep it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

TEXT_CONTRAST = 4.5
"""The least that text needs."""
DIM_CONTRAST = 3.0
"""The least that dim text and rules need."""
MIDDLE_LUMINANCE = 0.18
"""White and black are read equally well on it."""
LINEAR_TO = 0.04045
"""The value of a channel up to which sRGB is linear."""
CUBE = (0, 95, 135, 175, 215, 255)
"""The levels of a channel in the colours 16 to 231 of 256."""


class RGB(NamedTuple):
    """A colour, each channel from 0 to 255."""

    red: int
    green: int
    blue: int


@lru_cache(maxsize=4096)
def luminance(color: RGB) -> float:
    """Return the relative luminance, from 0 (black) to 1 (white)."""
    red, green, blue = (
        channel / 12.92 if channel <= LINEAR_TO else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (value / 255 for value in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: RGB, other: RGB) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=1024)
def legible(color: RGB, ground: RGB, least: float) -> RGB:
    """Return `color`, brought towards white or black until it has a contrast on `ground`."""
    white, black = RGB(255, 255, 255), RGB(0, 0, 0)
    pole = white if luminance(ground) < MIDDLE_LUMINANCE else black
    for step in range(21):
        mixed = RGB(*(round(c + (p - c) * step / 20) for c, p in zip(color, pole, strict=True)))
        if contrast(mixed, ground) >= least:
            return mixed
    return pole


INDEXED: dict[int, RGB] = {
    16 + 36 * r + 6 * g + b: RGB(CUBE[r], CUBE[g], CUBE[b])
    for r in range(6)
    for g in range(6)
    for b in range(6)
}
"""The colours of 256 that are the same in every terminal: the first 16 are the user's."""
INDEXED |= {232 + step: RGB(*(8 + 10 * step,) * 3) for step in range(24)}


@lru_cache(maxsize=1024)
def nearest_indexed(color: RGB, ground: RGB | None = None, least: float = 1.0) -> int:
    """Return the number of the nearest colour of 256 that has at least a contrast on `ground`."""
    if ground is not None:
        suitable = {n: c for n, c in INDEXED.items() if contrast(c, ground) >= least}
    else:
        suitable = INDEXED
    return min(suitable or INDEXED, key=lambda number: _distance(INDEXED[number], color))


def _distance(one: RGB, other: RGB) -> float:
    """Return how different two colours look, about ("redmean")."""
    red, green, blue = (a - b for a, b in zip(one, other, strict=True))
    mean = (one.red + other.red) / 2
    return (2 + mean / 256) * red**2 + 4 * green**2 + (2 + (255 - mean) / 256) * blue**2
