"""Answers of a terminal press no key, in whatever pieces they come; keys are keys all the same."""

from __future__ import annotations

import itertools
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from relaytop.tui.terminal.input import InputDecoder
from relaytop.tui.terminal.tokenizer import MAX_PASTE, MAX_SEQUENCE, Tokenizer

if TYPE_CHECKING:
    from textual.message import Message

ANSWERS = {
    "primary attributes": "\x1b[?62;1;4c",
    "secondary attributes": "\x1b[>41;377;0c",
    "tertiary attributes": "\x1bP!|00000000\x1b\\",
    "version": "\x1bP>|Konsole 26.04.0\x1b\\",
    "terminfo": "\x1bP1+r544e=787465726d\x1b\\",
    "a setting": "\x1bP1$r0m\x1b\\",
    "foreground": "\x1b]10;rgb:ffff/ffff/ffff\x07",
    "background": "\x1b]11;rgb:0000/0000/0000\x1b\\",
    "palette": "\x1b]4;1;rgb:cccc/2424/1d1d\x1b\\",
    "clipboard": "\x1b]52;c;cXVpdCBxIHA=\x1b\\",
    "kitty keyboard": "\x1b[?1u",
    "kitty graphics": "\x1b_Gi=31;OK\x1b\\",
    "a mode": "\x1b[?1016;2$y",
    "a mode of ANSI": "\x1b[4;2$y",
    "window size": "\x1b[8;36;120t",
    "state of the window": "\x1b[1t",
    "title": "\x1b]lspfqa\x1b\\",
    "status": "\x1b[0n",
    "colour scheme": "\x1b[?997;1n",
    "sixel": "\x1b[?1;0;256S",
    "private message": "\x1b^ps q\x1b\\",
    "start of string": "\x1bXps q\x1b\\",
    "no such code point": "\x1b[99999999u",
    "no such key": "\x1b[98~",
    "a key with a letter that is none": "\x1b[112;1H",
    "an event type": "\x1b[1;1:3x",
    "eight bits": "\udc9b?62;1;4c",
    "eight bits, a string": "\udc90>|Konsole 26.04.0\udc9c",
    "eight bits in two": "\x9b?62;1;4c",
    "terminal parameters": "\x1b[2;1;1;128;128;1;0x",
    "alone": "\x1b\\",
    "cancelled": "\x1b]11;rgb:00\x18",
}
KEYS = {
    "j": "j",
    "?": "question_mark",
    "\r": "enter",
    "é": "é",
    "ě": "ě",
    "\x1b[A": "up",
    "\x1bOB": "down",
    "\x1b[6~": "pagedown",
    "\x1bOP": "f1",
    "\x1b[15~": "f5",
    "\x1b[[A": "f1",
    "\x1b[1;5C": "ctrl+right",
    "\x1b[3$": "shift+delete",
    "\x1b[97;5u": "ctrl+a",
    "\x1bf": "ctrl+right",
    "\x1bx": "alt+x",
    "\x03": "ctrl+c",
}
answers = st.sampled_from(sorted(ANSWERS.values()))
keys = st.sampled_from(sorted(KEYS))
GAPS_S = (0.0, 0.01, 0.2, 0.5)


class Keyboard:
    """A terminal that sends, with a clock of the test's own."""

    def __init__(self) -> None:
        self._tokenizer, self._decoder = Tokenizer(), InputDecoder()
        self.now_s = 0.0
        self.messages: list[Message] = []

    def send(self, text: str) -> Keyboard:
        for token in self._tokenizer.feed(text, self.now_s):
            self.messages += self._decoder.decode(token)
        return self

    def wait(self, seconds: float) -> Keyboard:
        end_s = self.now_s + seconds
        while (deadline_s := self._tokenizer.deadline_s) is not None and deadline_s <= end_s:
            self.now_s = max(self.now_s, deadline_s)
            self.send("")
        self.now_s = end_s
        return self

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.messages if isinstance(message, events.Key)]

    @property
    def pasted(self) -> list[str]:
        return [message.text for message in self.messages if isinstance(message, events.Paste)]


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_no_key(answer: str) -> None:
    board = Keyboard().send("k" + answer + "j").wait(2)
    assert board.keys == ["k", "j"]
    assert len(board.messages) == 2


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("gap_s", GAPS_S)
def test_an_answer_that_comes_split_is_none_either(answer: str, gap_s: float) -> None:
    """At any place. A lone escape is a key after 50 ms, so it may be one here; nothing else is."""
    for place in range(1, len(answer)):
        board = Keyboard().send(answer[:place]).wait(gap_s).send(answer[place:]).wait(2)
        late = answer[:place] == "\x1b" and gap_s >= 0.05
        assert board.keys == ["escape"] * late, place
        assert len(board.messages) == late


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_comes_one_by_one_is_none(answer: str) -> None:
    board = Keyboard()
    for character in answer:
        board.send(character).wait(0.5)
    assert set(board.wait(2).keys) <= {"escape"}


@given(
    st.lists(answers | keys, max_size=12),
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from([0.0, 0.01, 0.04])), min_size=1),
)
def test_keys_among_answers_are_all_there_and_nothing_else(
    parts: list[str], pieces: list[tuple[int, float]]
) -> None:
    board, rest = Keyboard(), "".join(parts)
    for length, gap_s in itertools.cycle(pieces):
        board.send(rest[:length]).wait(gap_s)
        rest = rest[length:]
        if not rest:
            break
    assert board.wait(2).keys == [KEYS[part] for part in parts if part in KEYS]


@pytest.mark.parametrize(("sent", "key"), KEYS.items(), ids=KEYS.values())
def test_keys_are_keys_at_once(sent: str, key: str) -> None:
    assert Keyboard().send(sent).keys == [key]


@given(st.binary(max_size=300), st.lists(st.integers(1, 9), min_size=1))
def test_no_bytes_break_it(data: bytes, lengths: list[int]) -> None:
    board, decode = Keyboard(), getincrementaldecoder("utf-8")("surrogateescape").decode
    for length in itertools.cycle(lengths):
        board.send(decode(data[:length])).wait(0.01)
        data = data[length:]
        if not data:
            break
    board.wait(10).messages.clear()
    assert board.send("j").keys == ["j"]


def test_an_escape_alone_is_a_key_after_50_ms() -> None:
    board = Keyboard().send("\x1b").wait(0.049)
    assert board.keys == []
    assert board.wait(0.002).keys == ["escape"]
    assert Keyboard().send("\x1b\x1b").wait(1).keys == ["escape", "escape"]


@pytest.mark.parametrize("key", ["O", "]", "["])
def test_a_key_right_after_the_escape_is_one(key: str) -> None:
    board = Keyboard().send("\x1b").wait(0.2).send(key).wait(1).send("j")
    assert [event.character for event in board.messages if isinstance(event, events.Key)] == [
        "\x1b",
        key,
        "j",
    ]


def test_a_sequence_without_an_end_does_not_swallow_keys_for_good() -> None:
    assert Keyboard().send("\x1b]11;rgb").wait(1).send("j").keys == ["j"]
    assert Keyboard().send("\x1b]11;rgb\x03").keys == ["ctrl+c"]
    assert Keyboard().send("\x1b]" + "x" * MAX_SEQUENCE + "j").keys[-1:] == ["j"]
    assert Keyboard().send("\x1b[" + "1;" * MAX_SEQUENCE).wait(1).send("j").keys[-1] == "j"


def test_a_paste_is_one_message_whatever_is_in_it() -> None:
    text = "qqq\x1b[A\x1b]11;rgb\x07\x1bP1|x\x1b\\p"
    board = Keyboard().send("\x1b[200~").wait(0.4).send(text).wait(0.4).send("\x1b[201~j")
    assert board.keys == ["j"]
    assert board.pasted == ["qqqp"]


def test_a_paste_is_bounded_and_ends_without_its_end() -> None:
    board = Keyboard().send("\x1b[200~" + "x" * 2 * MAX_PASTE).wait(6)
    assert [len(text) for text in board.pasted] == [MAX_PASTE]
    assert board.send("j").keys == ["j"]


def test_the_mouse_the_focus_and_modes_are_known() -> None:
    board = Keyboard().send("\x1b[<0;10;5M\x1b[<0;10;5m\x1b[I\x1b[?2026;2$y\x1b[12;40R")
    assert [type(message).__name__ for message in board.messages] == [
        "MouseDown",
        "MouseUp",
        "AppFocus",
        "TerminalSupportsSynchronizedOutput",
        "CursorPosition",
    ]
    down = board.messages[0]
    assert isinstance(down, events.MouseDown)
    assert (down.x, down.y) == (9, 4)


def test_the_mouse_points_at_cells_even_where_the_terminal_reports_pixels() -> None:
    board = Keyboard().send("\x1b[48;24;80;480;800t\x1b[<0;10;5M")
    down = board.messages[-1]
    assert isinstance(down, events.MouseDown)
    assert (down.x, down.y) == (9, 4)
