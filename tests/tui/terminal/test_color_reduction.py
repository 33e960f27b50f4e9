"""Whatever pair of colours is painted, what is sent in fewer colours can be read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.terminal.color_depth import ColorDepth
from relaytop.tui.terminal.color_reduction import Colors, reduced
from relaytop.tui.terminal.contrast import RGB, contrast, legible, nearest_indexed
from relaytop.tui.terminal.styles import DEFAULT, Style, number_of, style_of, transition
from tests.tui.terminal.colors import LINUX_CONSOLE, XTERM_COLORS

CHANNEL = st.integers(0, 255)
COLOR = st.builds(RGB, CHANNEL, CHANNEL, CHANNEL)
GROUND = st.sampled_from(["dark", "light"])
FEW = st.sampled_from([ColorDepth.NONE, ColorDepth.ANSI_8, ColorDepth.ANSI_16])


def painted(fg: RGB | None, bg: RGB | None, flags: int = 0) -> int:
    texts = [
        "" if color is None else f"{code};2;{color.red};{color.green};{color.blue}"
        for code, color in ((38, fg), (48, bg))
    ]
    return number_of(Style(texts[0], texts[1], flags))


@given(st.none() | COLOR, st.none() | COLOR, GROUND, FEW)
def test_in_few_colours_each_pair_can_be_read(
    fg: RGB | None, bg: RGB | None, ground: str, depth: ColorDepth
) -> None:
    sent = reduced(painted(fg, bg), Colors(depth, dark=ground == "dark"))
    for terminal in (LINUX_CONSOLE, XTERM_COLORS):
        assert contrast(*terminal.pair(sent)) >= 4.5


@given(st.none() | COLOR, st.none() | COLOR, GROUND, st.integers(0, 0x1FFF))
def test_without_colours_no_colour_is_sent(
    fg: RGB | None, bg: RGB | None, ground: str, flags: int
) -> None:
    sent = reduced(painted(fg, bg, flags), Colors(ColorDepth.NONE, dark=ground == "dark"))
    for parameters in re.findall(r"\x1b\[([\d;]*)m", transition(DEFAULT, sent)):
        codes = [int(code) for code in parameters.split(";") if code]
        assert not any(30 <= code <= 49 or 90 <= code <= 107 for code in codes)


@given(COLOR, COLOR)
def test_256_colours_keep_the_contrast(fg: RGB, bg: RGB) -> None:
    pair = XTERM_COLORS.pair(reduced(painted(fg, bg), Colors(ColorDepth.INDEXED)))
    assert contrast(*pair) >= min(contrast(fg, bg), 4.5) - 0.01


def test_256_colours_are_the_nearest() -> None:
    assert nearest_indexed(RGB(0, 95, 135)) == 24
    assert nearest_indexed(RGB(18, 18, 18)) == 233


@given(COLOR, COLOR)
def test_a_legible_colour_has_its_contrast(color: RGB, ground: RGB) -> None:
    assert contrast(legible(color, ground, 4.5), ground) >= 4.5
    if contrast(color, ground) >= 4.5:
        assert legible(color, ground, 4.5) == color


@pytest.mark.parametrize("depth", [ColorDepth.ANSI_8, ColorDepth.ANSI_16])
def test_colours_chosen_by_hand_stay(depth: ColorDepth) -> None:
    chosen = number_of(Style("91", "", 1))
    assert reduced(chosen, Colors(depth)) == chosen


def test_a_ground_that_stands_out_becomes_reverse() -> None:
    highlighted = painted(RGB(0, 0, 0), RGB(95, 175, 215))
    lifted = painted(RGB(208, 212, 220), RGB(35, 42, 54))
    for depth in (ColorDepth.NONE, ColorDepth.ANSI_8, ColorDepth.ANSI_16):
        assert style_of(reduced(highlighted, Colors(depth))) == Style(flags=1 << 6)
        assert style_of(reduced(lifted, Colors(depth))) == Style()
        assert style_of(reduced(highlighted, Colors(depth, dark=False))) == Style()
