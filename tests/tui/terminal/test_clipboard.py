"""What is copied arrives whole, through tmux and GNU screen too."""

import re
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.terminal.clipboard import MAX_BYTES, MAX_TEXT_BYTES, copy_sequence
from relaytop.tui.terminal.passthrough import wrapped

TMUX = {"TMUX": "/run/tmux-0/default,1,0"}
SCREEN = {"STY": "1.pts-0.ops-1"}
SCREENS_DCS = 256 - 4
"""What GNU screen's buffer for a string holds, less its begin and end."""


def of_tmux(sent: str) -> tuple[str, str]:
    """Return what tmux itself reads, and what it hands on, as its parser does it."""
    found = re.fullmatch(r"(.*?)\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\", sent, re.DOTALL)
    assert found
    return found[1], found[2].replace("\x1b\x1b", "\x1b")


def of_screen(sent: str) -> str:
    """Return what GNU screen hands on."""
    parts = re.findall(r"\x1bP([^\x1b]*(?:\x1b(?!\\)[^\x1b]*)*)\x1b\\", sent)
    assert "".join(f"\x1bP{part}\x1b\\" for part in parts) == sent, "nothing is beside the strings"
    assert all(len(part.encode()) <= SCREENS_DCS for part in parts)
    return "".join(parts)


def copied(sequence: str) -> str:
    assert len(sequence) <= MAX_BYTES
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence)
    assert found
    return b64decode(found[1], validate=True).decode()


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts)
def test_it_arrives_in_every_terminal(text: str) -> None:
    assert copied(copy_sequence(text, {})) == text
    own, outer = of_tmux(copy_sequence(text, TMUX))
    assert copied(own) == copied(outer) == text
    assert copied(of_screen(copy_sequence(text, SCREEN))) == text


@pytest.mark.parametrize("text", ["x" * 200_000, "é" * 80_000, "€" * 50_000])
def test_what_is_too_long_is_cut_between_characters(text: str) -> None:
    kept = copied(copy_sequence(text, {}))
    assert text.startswith(kept)
    assert MAX_TEXT_BYTES - 3 <= len(kept.encode()) <= MAX_TEXT_BYTES
    assert copied(of_tmux(copy_sequence(text, TMUX))[1]) == kept
    assert copied(of_screen(copy_sequence(text, SCREEN))) == kept


def test_half_a_character_is_no_error() -> None:
    assert copied(copy_sequence("a\ud800b", {})) == "a?b"


def test_any_sequence_is_wrapped() -> None:
    assert wrapped("\x1b]9;x\x07", {}) == "\x1b]9;x\x07"
    assert wrapped("\x1b]9;x\x07", TMUX) == "\x1bPtmux;\x1b\x1b]9;x\x07\x1b\\"
    assert wrapped("\x1b]9;x\x07", SCREEN) == "\x1bP\x1b]9;x\x07\x1b\\"
