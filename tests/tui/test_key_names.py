"""Names of keys, as users write them and as they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.key_names import key_label, read_key, written_key


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("F", "F"),
        ("?", "question_mark"),
        ("+", "plus"),
        ("[", "left_square_bracket"),
        (" F5 ", "f5"),
        ("esc", "escape"),
        ("pgdn", "pagedown"),
        ("^x", "ctrl+x"),
        ("ctrl+m", "enter"),  # what a terminal sends for both is the same
        ("↑", "up"),
        ("comma", "comma"),
        ("slash", "slash"),
        ("alt+x", "alt+x"),
        ("space", "space"),
        ("é", "é"),
    ],
)
def test_a_key_by_the_name_that_a_user_writes(written: str, name: str) -> None:
    assert read_key(written) == name


@pytest.mark.parametrize("written", ["", " ", "crtl+a", "f25", "ctrl++", "<any>", "ab", "\x1b", "‎"])
def test_what_is_no_key(written: str) -> None:
    assert read_key(written) is None


@given(st.text(max_size=12))
def test_whatever_is_written_is_a_key_or_none_and_reads_back_as_itself(written: str) -> None:
    name = read_key(written)
    if name is not None:
        assert read_key(written_key(name)) == name
        assert "," not in name


@pytest.mark.parametrize(
    ("name", "unicode", "plain"),
    [
        ("question_mark", "?", "?"),
        ("left_square_bracket", "[", "["),
        ("comma", ",", ","),
        ("up", "↑", "up"),
        ("escape", "esc", "esc"),
        ("enter", "enter", "enter"),
        ("space", "space", "space"),
        ("ctrl+z", "^z", "^z"),
        ("pagedown", "pgdn", "pgdn"),
    ],
)
def test_the_label_of_a_key(name: str, unicode: str, plain: str) -> None:
    assert key_label(name, UNICODE) == unicode
    assert key_label(name, ASCII) == plain
