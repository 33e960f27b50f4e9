"""Names and values in a query, whatever they hold."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from relaytop.fleet.traffic import promql


def unquoted(text: str) -> str:
    """What a PromQL string literal stands for."""
    assert text[0] == text[-1] == '"'
    inner = text[1:-1]
    assert not re.search(r'(?<!\\)(?:\\\\)*"', inner)
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), inner)


@given(st.text())
def test_a_literal_never_ends_early(text: str) -> None:
    assert unquoted(promql.quoted(text)) == text


@given(st.lists(st.text(min_size=1), min_size=1), st.text())
def test_a_regular_expression_matches_its_values_alone(values: list[str], other: str) -> None:
    pattern = re.compile(unquoted(promql.one_of(values)))
    assert all(pattern.fullmatch(value) for value in values)
    assert (pattern.fullmatch(other) is not None) == (other in values)


def test_a_selector() -> None:
    found = promql.selector("vllm:x", {"a": "1"}, {"b.c": ["x", "y.z"]}, 'env="prod"')
    assert found == '{__name__="vllm:x",a="1","b.c"!~"x|y\\\\.z",env="prod"}'
