from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from relaytop.tui.draw.text_runs import (
    Line,
    align_right,
    cropped,
    fit,
    fit_middle,
    line_width,
    merged,
    wrapped,
)

texts = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)
plain = st.text(alphabet="abc/-4日本", max_size=30)


@given(plain, st.integers(1, 40))
def test_a_fitted_text_takes_exactly_its_cells(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit_middle(text, width)) == width
    assert cell_len(align_right(text, width)) == width


@given(st.lists(st.tuples(plain, st.sampled_from(["text", "bad"])), max_size=6), st.integers(1, 60))
def test_a_cropped_line_is_never_wider_than_asked(line: Line, width: int) -> None:
    assert line_width(cropped(line, width)) <= width


def test_blanks_that_are_cut_off_leave_no_ellipsis() -> None:
    assert cropped([("wait ", "dim"), ("228", "text"), ("  ", "dim"), (" ", "text")], 8) == [
        ("wait ", "dim"),
        ("228", "text"),
    ]
    assert cropped([("wait ", "dim"), ("228 ", "text")], 7) == [("wait ", "dim"), ("2…", "text")]
    assert cropped([("   ", "dim")], 2) == []


@given(plain, st.integers(2, 20), st.integers(1, 5))
def test_a_wrapped_text_keeps_within_its_lines(text: str, width: int, most: int) -> None:
    lines = wrapped(text, width, most)
    assert len(lines) <= most
    assert all(cell_len(line) <= width for line in lines)


def test_a_text_is_wrapped_between_words_and_cut_at_its_end() -> None:
    text = "the quota of this month is used up until december"
    assert wrapped(text, 20, 3) == ("the quota of this", "month is used up", "until december")
    assert wrapped(text, 20, 2) == ("the quota of this", "month is used up…")
    assert wrapped("https://example.com/a/b", 10, 9) == ("https://ex", "ample.com/", "a/b")
    assert wrapped("", 10, 3) == ()


def test_a_line_that_fits_is_left_alone() -> None:
    line: Line = [("abc", "text"), ("def", "bad")]
    assert cropped(line, 6) == line


def test_both_ends_of_a_long_name_are_kept() -> None:
    assert fit_middle("holysheep/claude-sonnet-4.5", 15) == "holyshe…net-4.5"


def test_neighbours_of_one_role_become_one_run() -> None:
    assert merged([("a", "bad"), ("", "text"), ("b", "bad"), ("c", "text")]) == [
        ("ab", "bad"),
        ("c", "text"),
    ]
