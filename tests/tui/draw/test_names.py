import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from relaytop.tui.draw.names import least_width, short_names, without_common_provider
from tests.tui.draw.openrouter_ids import IDS

PART = st.sampled_from(
    ["gpt", "claude", "-4", ".1", "-mini", "openai/", "-2025", "é", "模型", "/", "x", "1", "…", "2"]
)
NAMES = st.lists(st.lists(PART, min_size=1, max_size=9).map("".join), unique=True, max_size=40)


def test_there_are_200_ids() -> None:
    assert len(set(IDS)) == len(IDS) == 200


@given(NAMES, st.integers(3, 40))
def test_no_two_are_shown_alike(names: list[str], width: int) -> None:
    shown = short_names(tuple(names), width)
    assert list(map(cell_len, shown.values())) == [
        min(width, cell_len(text)) for text in shown.values()
    ]
    assert set(shown) == set(names)
    assert len(set(shown.values())) == len(names)


@given(NAMES)
def test_the_least_width_needs_no_numbers(names: list[str]) -> None:
    width = least_width(tuple(names))
    assert width <= max(map(cell_len, names), default=1)
    assert len(set(short_names(tuple(names), width).values())) == len(names)


def test_what_fits_is_whole_and_the_rest_keeps_what_differs() -> None:
    names = ("gpt-4.1-mini-2025-04-14", "gpt-4.1-nano-2025-04-14", "gpt-4.1")
    assert short_names(names, 23) == {name: name for name in names}
    assert list(short_names(names, 12).values()) == [
        "gpt-4.1",
        "gpt-4.1-min…",
        "gpt-4.1-nan…",
    ]
    dated = tuple(f"claude-sonnet-4.{n}-20250929" for n in range(5))
    assert list(short_names(dated, 9).values()) == [f"…-4.{n}-20…" for n in range(5)]


@pytest.mark.parametrize("provider", ["", "openrouter/"])
def test_of_200_ids_none_is_ambiguous_in_the_cells_that_80_columns_leave(provider: str) -> None:
    names = tuple(without_common_provider(tuple(provider + each for each in IDS)).values())
    assert least_width(names) <= 26
    for width in range(least_width(names), 44):
        texts = short_names(names, width).values()
        assert len(set(texts)) == 200


def matching(text: str, names: tuple[str, ...]) -> list[str]:
    """The names that a text may stand for, to whoever reads it."""
    pattern = re.compile(".+".join(map(re.escape, text.split("…"))))
    return [name for name in names if pattern.fullmatch(name)]


@pytest.mark.parametrize("width", [20, 23, 25, 28, 31, 34, 44])
def test_a_cut_name_can_be_read_as_that_of_one_target_alone(width: int) -> None:
    near = ("openai/gpt-4-turbo-preview", "openai/chatgpt-4-turbo-preview", "x-ai/gpt-4-turbo")
    for names in (tuple(IDS), near):
        for name, text in short_names(names, width).items():
            assert matching(text, names) == [name]


def test_a_number_tells_those_apart_that_no_cut_does() -> None:
    names = ("aaaaaaaaaa", "aaaaaaaaa", "aaaaaaaa")
    assert list(short_names(names, 5).values()) == ["aaa…1", "aaa…2", "aaa…3"]


def test_the_provider_is_left_out_where_all_have_the_same() -> None:
    assert without_common_provider(("a/x/m", "a/n")) == {"a/x/m": "x/m", "a/n": "n"}
    assert without_common_provider(("a/m", "b/m")) == {"a/m": "a/m", "b/m": "b/m"}
