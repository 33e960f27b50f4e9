"""A target's id and its parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.target_id import join_target, split_target

WORDS = st.text(st.characters(codec="ascii", exclude_characters=" /", categories=["P", "L", "N"]))


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        ("holysheep/gpt-4.1", ("holysheep", "gpt-4.1", "")),
        ("openrouter/openai/gpt-4.1", ("openrouter", "openai/gpt-4.1", "")),
        ("holysheep/gpt-4.1 @ eu-west-1", ("holysheep", "gpt-4.1", "eu-west-1")),
        ("vertex/claude@20240620 @ 10.0.0.1:9464", ("vertex", "claude@20240620", "10.0.0.1:9464")),
        ("cloudflare/@cf/meta/llama", ("cloudflare", "@cf/meta/llama", "")),
    ],
)
def test_its_parts(target: str, parts: tuple[str, str, str]) -> None:
    assert split_target(target) == parts
    assert join_target(*parts) == target


@given(WORDS, WORDS, WORDS)
def test_any_parts_are_found_again(provider: str, model: str, place: str) -> None:
    assert split_target(join_target(provider, model, place)) == (provider, model, place)
