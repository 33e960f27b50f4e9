"""Title, bell and notification: the bytes for each terminal, and what waits until it reads."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.terminal.attention import Attention

XTERM = {"TERM": "xterm-256color"}
TMUX = {"TERM": "tmux-256color", "TMUX": "/run/tmux-0/default,1,0"}
SCREEN = {"TERM": "screen", "STY": "1.pts-0.ops-1"}


def test_the_title_is_put_on_the_stack_once_and_restored() -> None:
    attention = Attention(XTERM)
    assert attention.take() == ""
    assert attention.leave() == ""
    attention.set_title("▲2 relaytop")
    assert attention.take() == "\x1b[22;2t\x1b]2;▲2 relaytop\x07"
    assert attention.take() == ""
    attention.set_title("▲1 relaytop")
    assert attention.take() == "\x1b]2;▲1 relaytop\x07"
    assert attention.leave() == "\x1b]2;\x07\x1b[23;2t"
    assert attention.leave() == ""
    assert attention.take() == "\x1b[22;2t\x1b]2;▲1 relaytop\x07", "after a suspension"


@pytest.mark.parametrize(
    ("environ", "sent"),
    [
        (XTERM, "\x1b]9;p: down\x07"),
        (TMUX, "\x1bPtmux;\x1b\x1b]9;p: down\x07\x1b\\"),
        (SCREEN, "\x1bP\x1b]9;p: down\x07\x1b\\"),
        ({"TERM": "linux"}, ""),
        ({"TERM": "vt100"}, ""),
    ],
)
def test_a_notification_reaches_the_outermost_terminal(environ: dict[str, str], sent: str) -> None:
    attention = Attention(environ)
    attention.ring()
    attention.notify("p: down")
    assert attention.take() == "\x07" + sent
    assert attention.take() == ""


def test_what_waits_is_bounded_the_newest_counts() -> None:
    attention = Attention(XTERM)
    for number in range(10_000):
        attention.ring()
        attention.notify(f"alert {number}")
        attention.set_title(f"{number}")
    assert attention.take() == "\x07\x1b[22;2t\x1b]2;9999\x07\x1b]9;alert 9999\x07"


@given(st.text())
def test_no_words_end_the_sequence(words: str) -> None:
    attention = Attention(XTERM)
    attention.notify(words)
    attention.set_title(words)
    sent = attention.take()
    assert re.fullmatch(
        r"\x1b\[22;2t\x1b\]2;[^\x00-\x1f\x7f-\x9f]*\x07\x1b\]9;[^\x00-\x1f\x7f-\x9f]*\x07", sent
    )
    assert len(sent) < 500
