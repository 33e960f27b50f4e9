"""Textual's paint is painted; all else that it writes is passed on as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from relaytop.tui.terminal.grid import Grid
from relaytop.tui.terminal.interpreter import Interpreter
from relaytop.tui.terminal.styles import DEFAULT, after_sgr
from tests.tui.terminal.emulator import Emulator, looks_of
from tests.tui.terminal.paints import STEADY, writes

ESCAPES = "\x1b[]?;0123456789mHJKABhlu>\x07\\$pq 漢e\u0301🚀\u200d\ufe0f\n\r\b\x9b\x00"


def fed(data: str, width: int = 20, height: int = 4) -> tuple[Grid, str, bool]:
    grid = Grid(width, height)
    passed, anew = Interpreter(grid).feed(data)
    return grid, passed, anew


@given(st.text(ESCAPES, max_size=200))
def test_anything_keeps_the_grid_whole(data: str) -> None:
    grid, passed, _ = fed(data)
    assert [len(row) for row in grid.texts] == [20] * 4
    assert [len(row) for row in grid.styles] == [20] * 4
    for row in grid.texts:
        for x, text in enumerate(row):
            # A first cell is followed by as many empty ones as it is wide.
            size = cell_len(text)
            assert row[x + 1 : x + size] == [""] * (size - 1)
            assert "\x1b" not in text
    assert "\x9b" not in passed
    assert "\x00" not in passed


@given(writes(20, 4).filter(lambda data: all(char < "\u3000" for char in data)))
def test_narrow_paint_is_what_a_terminal_shows(data: str) -> None:
    """Wide characters are left out: pyte leaves a half where another is overwritten."""
    data = data.replace("\u0301", "").replace("\u0302", "")
    emulator = Emulator(20, 4)
    # Past the last column Textual never writes, and terminals differ.
    grid = Grid(20, 4)
    Interpreter(grid).feed(data.replace("\x1b[K", "").replace("\x1b[1K", ""))
    emulator.feed(data.replace("\x1b[K", "").replace("\x1b[1K", ""))
    cut = [row[:19] for row in emulator.looks()]
    assert cut == [row[:19] for row in looks_of(grid)]


@given(st.text(STEADY, min_size=1, max_size=20), st.integers(0, 19))
def test_a_text_cut_by_the_edge(text: str, x: int) -> None:
    grid, _, _ = fed(f"\x1b[2;{x + 1}H{text}")
    assert "".join(grid.texts[1])[x:] == text[: 20 - x].ljust(20 - x)
    assert grid.dirty == {1}


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a漢b", ["a", "漢", "", "b"]),
        ("e\u0301x", ["e\u0301", "x"]),
        ("👩\u200d🚀x", ["👩\u200d🚀", "", "x"]),
        ("❤\ufe0fx", ["❤\ufe0f", "", "x"]),
    ],
)
def test_a_character_takes_its_cells_with_its_marks(text: str, cells: list[str]) -> None:
    grid, _, _ = fed(text)
    assert grid.texts[0][: len(cells)] == cells


def test_a_mark_of_its_own_style_joins_what_stands_before_it() -> None:
    grid, _, _ = fed("漢\x1b[31m\u0301x\x1b[0m")
    assert grid.texts[0][:3] == ["漢\u0301", "", "x"]


@pytest.mark.parametrize("x", [1, 2])
def test_half_a_wide_character_is_none(x: int) -> None:
    grid, _, _ = fed(f"a漢b\x1b[1;{x + 1}Hx")
    assert grid.texts[0][:4] == (["a", "x", " ", "b"] if x == 1 else ["a", " ", "x", "b"])


@pytest.mark.parametrize(
    "sequence",
    [
        *("\x1b[?25l", "\x1b[?2004h", "\x1b[>25u", "\x1b[?2026$p", "\x1b[6n", "\x1b[2 q", "\a"),
        *("\x1b]0;title\a", "\x1b]52;c;aGk=\x1b\\", "\x1b[22;0t"),
    ],
)
def test_what_changes_no_cell_is_passed_on(sequence: str) -> None:
    grid, passed, anew = fed(f"ab{sequence}cd")
    assert (passed, anew) == (sequence, False)
    assert grid.texts[0][:4] == list("abcd")


@pytest.mark.parametrize(
    "sequence", ["\x1b[?1049h", "\x1b[2S", "\x1b[S", "\x1b7", "\x1bc", "\x1b[!p"]
)
def test_what_may_change_cells_asks_for_a_repaint(sequence: str) -> None:
    assert fed(sequence)[1:] == (sequence, True)


@pytest.mark.parametrize(
    "data", ["\x1b[?2026h", "\x1b]8;id=1;http://x\x1b\\", "\t", "\x0e", "\x1b"]
)
def test_what_has_no_place_is_dropped(data: str) -> None:
    assert fed(data)[1:] == ("", False)


def test_an_erasure_takes_the_background() -> None:
    grid, _, _ = fed("\x1b[2;3H\x1b[1;31;44m\x1b[K")
    assert grid.styles[1] == [DEFAULT] * 2 + [after_sgr(DEFAULT, "44")] * 18
