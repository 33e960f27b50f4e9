from hypothesis import given
from hypothesis import strategies as st

from relaytop.report.bars import bar
from relaytop.report.cells import cell_width, cut_middle, pad, wrap

TEXTS = st.text(st.sampled_from("ab |漢字é🚀-"), max_size=60)


def test_wide_and_combining_characters_are_measured() -> None:
    assert [cell_width(text) for text in ("abc", "漢字", "e\u0301", "")] == [3, 4, 1, 0]
    assert pad("漢", 4) == "漢  "
    assert pad("漢", 4, left=False) == "  漢"


@given(TEXTS, st.integers(2, 30))
def test_no_line_is_wider_and_no_character_is_lost(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_word_that_is_too_long_begins_a_line() -> None:
    assert wrap("see abcdefghij now", 6) == ["see", "abcdef", "ghij", "now"]
    assert wrap("a b", None) == ["a b"]


@given(TEXTS, st.integers(2, 30))
def test_a_middle_is_cut_to_fit(text: str, width: int) -> None:
    cut = cut_middle(text, width, "…")
    assert cell_width(cut) <= width
    assert cut == text or "…" in cut


@given(share=st.floats(0, 1), width=st.integers(1, 60), ascii_only=st.booleans())
def test_a_bar_shows_whatever_is_more_than_nothing(
    share: float, width: int, *, ascii_only: bool
) -> None:
    drawn = bar(share, width, ascii_only=ascii_only)
    assert len(drawn) <= width
    assert bool(drawn) == (share > 0)
    assert not ascii_only or drawn.isascii()
