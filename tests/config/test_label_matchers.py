"""Label selectors become part of a query only as what they are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.label_matchers import (
    Matcher,
    any_of,
    checked_label,
    parse_matchers,
    quoted,
)

NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,20}", fullmatch=True).filter(
    lambda name: name != "__name__"
)
VALUES = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
MATCHERS = st.builds(Matcher, NAMES, st.sampled_from(["=", "!="]), VALUES)
PATTERNS = st.builds(
    Matcher, NAMES, st.sampled_from(["=~", "!~"]), st.sampled_from(["eu-.*", "a|b", r"\d+", ""])
)


@given(st.lists(MATCHERS | PATTERNS, max_size=4))
def test_they_are_read_as_they_are_written(matchers: list[Matcher]) -> None:
    text = ",".join(map(str, matchers))
    if len(text) <= 1990:
        assert parse_matchers(text) == tuple(matchers)
        assert parse_matchers("{" + text + "}") == tuple(matchers)


@given(st.text())
def test_any_text_is_matchers_or_a_sentence(text: str) -> None:
    try:
        found = parse_matchers(text)
    except ValueError:
        return
    assert parse_matchers(",".join(map(str, found))) == found


@given(VALUES)
def test_a_string_never_ends_early(value: str) -> None:
    inner = quoted(value)[1:-1]
    assert not re.search(r'(?<!\\)(?:\\\\)*"', inner)
    assert "\n" not in inner


@given(st.lists(VALUES.filter(bool), min_size=1), VALUES)
def test_alternatives_match_their_values_alone(values: list[str], other: str) -> None:
    pattern = re.compile(any_of(values))
    assert all(pattern.fullmatch(value) for value in values)
    assert (pattern.fullmatch(other) is not None) == (other in values)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{env="prod"}', ['env="prod"']),
        ("env='prod'", ['env="prod"']),
        (' { env = "prod" , region =~ "eu-.*", } ', ['env="prod"', 'region=~"eu-.*"']),
        (r'{path="C:\\x", q="say \"hi\""}', [r'path="C:\\x"', r'q="say \"hi\""']),
        ("{}", []),
        ("", []),
    ],
)
def test_what_people_write(text: str, found: list[str]) -> None:
    assert [str(matcher) for matcher in parse_matchers(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "prod",
        '{env="prod"',
        'env="prod"}',
        '{env="prod"} or vector(1)',
        '{env="prod"}) or (up{a="b"}',
        "{env=prod}",
        '{env="a" region="b"}',
        '{env="a\nb"}',
        '{"env"="a"}',
        '{__name__="x"}',
        '{env=~"("}',
        '{env="\\u0000", a="\0"}',
        '{a-b="c"}',
        '{env="' + "x" * 3000 + '"}',
    ],
)
def test_what_is_no_selector(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it as|not a regular expression"):
        parse_matchers(text)


@pytest.mark.parametrize("text", ["", "a-b", "1a", "__name__", "région", "a b", "a\n"])
def test_what_is_no_label(text: str) -> None:
    with pytest.raises(ValueError, match="not a label's name"):
        checked_label(text)
