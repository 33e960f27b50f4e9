"""Labels are shown safely, no two alike, and are found again by what is shown."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relaytop.config.target_id import PLACE_MARK, join_target
from relaytop.fleet.prometheus.figures import key_of
from relaytop.fleet.prometheus.labels import MAX_LABEL, clean_label, pattern_of
from relaytop.fleet.prometheus.queries import Places

TEXT = st.text(max_size=12) | st.text(alphabet=" \t\u200b\\u{}20bax", max_size=12)


@given(TEXT, TEXT)
@example("a\u200bb", "ab")
@example("a\u200bb", "a\\u{200b}b")
@example("a ", "a")
@example("a  b", "a b")
@example("x" * 300 + "1", "x" * 300 + "2")
@example("\ud800", "\ud801")
def test_two_labels_stay_two(one: str, other: str) -> None:
    shown = clean_label(one)
    assert shown.isprintable()
    assert len(shown) <= MAX_LABEL
    assert (shown == clean_label(other)) == (one == other)


@given(st.text(max_size=400))
@example("a.b|c")
@example("\n" * 100)
def test_what_is_shown_finds_the_label(text: str) -> None:
    assert re.fullmatch(pattern_of(["other", clean_label(text)]), text)


@given(TEXT, TEXT)
def test_a_short_label_is_found_alone(text: str, other: str) -> None:
    found = re.fullmatch(pattern_of([clean_label(text)]), other)
    assert (found is not None) == (text == other)


def test_an_ordinary_label_is_left_as_it_is() -> None:
    for text in ("eu-west-1", "Zürich", "C:\\models\\x", "東京", "a b", "10.0.0.1:9464"):
        assert clean_label(text) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a/b", "c", "p"), ("a", "b/c", "p")),
        (("p", "m @ a", "b"), ("p", "m", "a @ b")),
        (("p", "m", "x/y"), ("p", "m", "x y")),
    ],
)
def test_two_rows_have_two_ids(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    keys = [
        key_of({"provider": provider, "model": model, "region": place}, Places("region"))
        for provider, model, place in (one, other)
    ]
    assert join_target(*keys[0]) != join_target(*keys[1])
    assert PLACE_MARK not in keys[1][2]
