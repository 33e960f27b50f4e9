"""The painter's output makes an emulator show the wanted grid, whatever it showed before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.terminal.grid import Grid
from relaytop.tui.terminal.interpreter import Interpreter
from relaytop.tui.terminal.painter import Painter
from tests.tui.terminal.emulator import Emulator, looks_of
from tests.tui.terminal.paints import writes

WIDTH, HEIGHT = 24, 6


class Pair:
    """A wanted grid with what paints into it, and a painter with what shows it."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.emulator = Emulator(width, height)
        self.interpreter = Interpreter(Grid(width, height))
        self.painter = Painter(Grid(width, height))

    @property
    def wanted(self) -> Grid:
        return self.interpreter.grid

    def frame(self, data: str) -> str:
        self.interpreter.feed(data)
        return self.painter.frame(self.wanted)

    def show(self, data: str) -> str:
        frame = self.frame(data)
        self.emulator.feed(frame)
        return frame


@given(st.lists(writes(WIDTH, HEIGHT), min_size=1, max_size=6))
def test_the_terminal_shows_what_is_wanted(data: list[str]) -> None:
    pair = Pair()
    for write in data:
        pair.show(write)
        assert pair.emulator.looks() == looks_of(pair.wanted)


@given(st.lists(writes(WIDTH, HEIGHT), min_size=1, max_size=4), st.data())
def test_a_terminal_of_unknown_content_is_painted_anew(
    data: list[str], draw: st.DataObject
) -> None:
    pair = Pair()
    for write in data:
        pair.show(write)
        pair.emulator.feed("\x1b[3;1H\x1b[31;4mrubbish\x1b[2;9H漢字")
        pair.painter.shown.forget()
        pair.painter.lose_track()
        pair.wanted.dirty = set(range(HEIGHT))
        pair.show(draw.draw(writes(WIDTH, HEIGHT)))
        assert pair.emulator.looks() == looks_of(pair.wanted)


@given(writes(WIDTH, HEIGHT), st.integers(2, 40), st.integers(1, 12), writes(WIDTH, HEIGHT))
def test_a_resize_keeps_what_fits_and_shows_it(
    before: str, width: int, height: int, after: str
) -> None:
    pair = Pair()
    pair.show(before)
    pair.emulator.screen.resize(height, width)
    pair.interpreter.grid = pair.wanted.resized(width, height)
    pair.painter.shown = Grid(width, height)
    pair.painter.shown.forget()
    pair.painter.lose_track()
    pair.show(after)
    assert pair.emulator.looks() == looks_of(pair.wanted)


@given(st.lists(st.tuples(writes(WIDTH, HEIGHT), st.integers(0, 60)), min_size=1, max_size=6))
def test_frames_in_pieces_come_out_the_same(data: list[tuple[str, int]]) -> None:
    """A terminal takes a frame in part; what is painted meanwhile is one frame afterwards."""
    pair = Pair()
    rest = b""
    for write, taken in data:
        pair.interpreter.feed(write)
        if not rest:
            rest = pair.painter.frame(pair.wanted).encode()
        pair.emulator.feed(rest[:taken])
        rest = rest[taken:]
    pair.emulator.feed(rest)
    pair.emulator.feed(pair.painter.frame(pair.wanted))
    assert pair.emulator.looks() == looks_of(pair.wanted)


@given(writes(WIDTH, HEIGHT))
def test_what_is_shown_is_not_sent_again(data: str) -> None:
    pair = Pair()
    pair.show(data)
    pair.wanted.dirty = set(range(HEIGHT))
    assert pair.painter.frame(pair.wanted) == ""


def test_one_digit_costs_a_move_and_a_digit() -> None:
    pair = Pair()
    pair.show("\x1b[2;1H\x1b[38;2;1;2;3mP50 at 278 ms now\x1b[0m")
    frame = pair.show("\x1b[2;1H\x1b[38;2;1;2;3mP50 at 279 ms now\x1b[0m")
    assert frame == "\r\x1b[9C9"


def test_figures_below_each_other_cost_two_bytes_of_moves() -> None:
    pair = Pair()
    pair.show("\x1b[1;9H1\x1b[2;9H1\x1b[3;9H1\x1b[1;1H")
    assert pair.show("\x1b[1;9H2\x1b[2;9H2\x1b[3;9H2") == "\x1b[2A\b2\n\b2\n\b2"


def test_one_style_is_sent_once_a_frame() -> None:
    pair = Pair()
    red, green = "\x1b[31m{}\x1b[0m", "\x1b[32m{}\x1b[0m"
    frame = pair.show(
        "".join(f"\x1b[{y};1H" + red.format("a") + "    " + green.format("b") for y in range(1, 7))
    )
    assert (frame.count("31m"), frame.count("32m")) == (1, 1)


def test_the_cursor_is_placed_anew_after_a_character_of_doubtful_width() -> None:
    pair = Pair()
    assert pair.frame("\x1b[1;1H🚀b") == "\x1b[1H\x1b[m🚀\r\x1b[2Cb"


def test_the_cursor_is_left_where_the_input_is() -> None:
    pair = Pair()
    pair.interpreter.feed("\x1b[1;1Habc")
    pair.emulator.feed(pair.painter.frame(pair.wanted, (5, 2)))
    assert (pair.emulator.screen.cursor.x, pair.emulator.screen.cursor.y) == (5, 2)
