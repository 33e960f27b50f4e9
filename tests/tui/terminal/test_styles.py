"""Every way from one style to another ends in the other."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.terminal.styles import (
    DEFAULT,
    after_sgr,
    number_of,
    on_blanks,
    style_of,
    transition,
)

CODES = (0, 1, 2, 3, 4, 5, 7, 8, 9, 21, 22, 23, 24, 27, 29, 31, 39, 44, 49, 53, 55, 91, 102)
sgr = st.lists(
    st.one_of(
        st.sampled_from(CODES).map(str),
        st.sampled_from(["38;5;208", "48;5;17", "38;2;1;2;3", "48;2;9;8;7"]),
    ),
    max_size=6,
).map(";".join)
styles = st.builds(after_sgr, st.just(DEFAULT), sgr)


@given(st.none() | styles, styles)
def test_a_transition_ends_in_the_style(before: int | None, after: int) -> None:
    start = after_sgr(DEFAULT, "1;3;31;41") if before is None else before
    for parameters in re.findall(r"\x1b\[([0-9;]*)m", transition(before, after)):
        start = after_sgr(start, parameters)
    assert start == after


@given(styles, st.text("0123456789;:", max_size=12))
def test_any_parameters_are_a_style(before: int, parameters: str) -> None:
    number = after_sgr(before, parameters)
    assert number_of(style_of(number)) == number


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        ("38;2;1;2;3;48;2;4;5;6", "38;2;7;8;9;48;2;4;5;6", "\x1b[38;2;7;8;9m"),
        ("1;38;2;1;2;3;48;2;4;5;6", "38;2;1;2;3;48;2;4;5;6", "\x1b[22m"),
        ("1;2;38;2;1;2;3", "2;38;2;1;2;3", "\x1b[22;2m"),
        ("1;31;44", "", "\x1b[m"),
        ("31", "44", "\x1b[0;44m"),
        ("31", "31", ""),
    ],
)
def test_only_what_changes_is_sent(before: str, after: str, sent: str) -> None:
    assert transition(after_sgr(DEFAULT, before), after_sgr(DEFAULT, after)) == sent


@pytest.mark.parametrize(
    ("style", "blank"), [("1;31;44", "44"), ("31", ""), ("4;31", "4;31"), ("7;31", "7;31")]
)
def test_a_blank_shows_no_foreground_unless_it_is_drawn(style: str, blank: str) -> None:
    assert on_blanks(after_sgr(DEFAULT, style)) == after_sgr(DEFAULT, blank)
