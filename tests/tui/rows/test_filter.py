from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.summary import LastError, Status, Summary
from relaytop.tui.rows.filter import Term, parse_filter


def summary(target: str, status: Status = "up", **fields: Any) -> Summary:
    provider, _slash, model = target.partition("/")
    return Summary(
        target=target, provider=provider, model=model, status=status, since=0.0, **fields
    )


TARGETS = (
    summary("direct/openai/gpt-4.1"),
    summary("direct/qwen/qwen3:free", "degraded", broken=("p95",)),
    summary("relay/gpt-4.1", "down", last_error=LastError("auth", 1.0, "no", None)),
    summary("relay/gpt-4.1 mini", "degraded", broken=("recent",), errors={"timeout": 3}),
    summary("relay/o3", errors={"timeout": 1}),
    summary("relay/sonnet", "paused", reason="user"),
)


def returning(s: Summary) -> Callable[[], Summary]:
    return lambda: s


def listed(text: str) -> list[str]:
    found = parse_filter(text)
    return [s.target for s in TARGETS if found.matches(s.target, returning(s))]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", "012345"),
        ("  ", "012345"),
        ("GPT", "023"),
        ("gpt relay", "23"),
        ("is:down", "2"),
        ("is:Failing", "123"),
        ("is:d", "123"),
        ("!is:up", "1235"),
        ("! is:up", "04"),
        ("class:timeout", "34"),
        ("timeout", "34"),
        ("class:slow", "1"),
        ("slow", "1"),
        ("auth", "2"),
        ("down", "2"),
        ("timeout is:failing", "3"),
        ("provider:relay !class:auth", "345"),
        ("model:openai", "0"),
        ("model:relay", ""),
        ('"gpt-4.1 mini"', "3"),
        ('model:"4.1 m', "3"),
        ('!"gpt-4.1 mini" relay', "245"),
        ("qwen3:free", "1"),
        ("is:", "012345"),
        ("!", "012345"),
    ],
)
def test_what_is_listed(text: str, numbers: str) -> None:
    assert listed(text) == [TARGETS[int(number)].target for number in numbers]


def test_a_value_that_is_none_is_told_and_hides_nothing() -> None:
    found = parse_filter("is:dwon gpt class:tiemout")
    assert found.terms == (Term("", "gpt"),)
    assert [each.split(" is not a")[0] for each in found.problems] == ["is:dwon", "class:tiemout"]
    assert "up, degraded, down" in found.problems[0]


def test_names_alone_need_no_summary() -> None:
    def unwanted() -> Summary:
        raise AssertionError

    assert parse_filter("gpt provider:relay !model:mini").matches("relay/gpt-4.1", unwanted)


@given(st.text(max_size=60))
def test_anything_can_be_typed(text: str) -> None:
    found = parse_filter(text)
    for s in TARGETS:
        assert found.matches(s.target, returning(s)) in {True, False}


@given(st.sampled_from(TARGETS), st.sampled_from(["is:down", "gpt", "class:auth", "model:x"]))
def test_not_is_the_opposite(s: Summary, term: str) -> None:
    plain, negated = parse_filter(term), parse_filter(f"!{term}")
    assert plain.matches(s.target, lambda: s) != negated.matches(s.target, lambda: s)


@given(st.lists(st.text("abc:!xyz-/", min_size=1, max_size=8), max_size=4))
def test_quoted_words_are_words(words: list[str]) -> None:
    found = parse_filter(" ".join(f'"{word}"' for word in words))
    assert [(term.key, term.value) for term in found.terms] == [("", word) for word in words]
