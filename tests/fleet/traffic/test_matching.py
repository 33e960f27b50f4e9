"""Which rows a model's requests belong to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from relaytop.fleet.traffic.matching import Matcher

ROWS = ["relay/gpt-4.1", "openrouter/openai/gpt-4.1", "azure/gpt-4.1-prod", "gpu/qwen/qwen3-8b"]
ALIASES = {"gpt": ["relay/gpt-4.1", "azure/gpt-4.1-prod"]}


def rows(*models: str, providers: tuple[str, ...] = ()) -> set[str]:
    return set(Matcher(ROWS, ALIASES).rows(models, providers))


def test_the_same_name_with_or_without_its_maker() -> None:
    assert rows("gpt-4.1") == set(ROWS[:3])
    assert "openrouter/openai/gpt-4.1" in rows("openai/gpt-4.1")
    assert rows("Qwen3-8B") == {"gpu/qwen/qwen3-8b"}


def test_another_maker_is_another_model() -> None:
    assert rows("other/qwen3-8b") == set()
    assert "openrouter/openai/gpt-4.1" not in rows("other/gpt-4.1")


def test_an_alias_and_its_members() -> None:
    both = {"relay/gpt-4.1", "azure/gpt-4.1-prod"}
    assert rows("gpt") == both
    assert both <= rows("gpt-4.1-prod")


def test_the_first_label_that_is_known_counts() -> None:
    assert rows("my-chatbot", "qwen3-8b", "gpt-4.1") == {"gpu/qwen/qwen3-8b"}
    assert rows("None", "", "gpt-4.1-prod") == rows("gpt-4.1-prod")


def test_the_rows_of_some_providers_alone() -> None:
    assert rows("gpt-4.1", providers=("relay",)) == {"relay/gpt-4.1"}


def test_places_share_a_model() -> None:
    matcher = Matcher(["a/m @ eu", "a/m @ us", "b/m"], {"x": ["a/m"]})
    assert set(matcher.rows(["m"])) == {"a/m @ eu", "a/m @ us", "b/m"}
    assert set(matcher.rows(["x"])) == {"a/m @ eu", "a/m @ us"}
    assert matcher.places == {"eu", "us", ""}


@given(st.lists(st.text(min_size=1), max_size=8), st.text())
def test_a_row_of_the_same_model_is_always_found(models: list[str], asked: str) -> None:
    targets = [f"p/{model}" for model in models]
    found = Matcher(targets, {}).rows([asked])
    assert set(found) <= set(targets)
    if f"p/{asked}" in targets and asked not in {"", "None", "none", "null", "unknown"}:
        assert f"p/{asked}" in found
