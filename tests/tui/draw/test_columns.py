from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.tui.draw.columns import (
    ALWAYS,
    COLUMNS,
    choose_columns,
    drop_order,
    fit_columns,
    total_width,
)

KEYS = [column.key for column in COLUMNS]
REASONS = st.sampled_from([0, 4, 7, 12])
CHOICES = st.none() | st.lists(st.sampled_from([*KEYS, "of a later version"]))


@given(
    width=st.integers(40, 300),
    longest=st.integers(1, 120),
    least=st.integers(0, 120),
    why=REASONS,
    chosen=CHOICES,
    versus=st.booleans(),
)
def test_columns_never_take_more_than_the_screen_has(
    width: int, longest: int, least: int, why: int, chosen: list[str] | None, *, versus: bool
) -> None:
    columns = fit_columns(
        width, longest, least_target=least, longest_why=why, chosen=chosen, versus=versus
    )
    assert total_width(columns) <= width
    assert sum(len(column.fit("x" * 400)) + 1 for column in columns) == total_width(columns)


@given(width=st.integers(40, 299), longest=st.integers(1, 120), why=REASONS, users=st.booleans())
def test_the_least_important_columns_are_dropped_first(
    width: int, longest: int, why: int, *, users: bool
) -> None:
    keys = [column.key for column in fit_columns(width, longest, longest_why=why, users=users)]
    there = [key for key in KEYS if users or key != "users"]
    dropped = set(there) - set(keys)
    order = [key for key in drop_order(failing=why > 0) if key in there]
    assert dropped == set(order[: len(dropped)])
    assert keys == [key for key in there if key in keys]
    assert len(fit_columns(width + 1, longest, longest_why=why, users=users)) >= len(keys)


@given(width=st.integers(60, 300), why=REASONS, versus=st.booleans(), users=st.booleans())
def test_a_hang_and_the_reason_show_at_every_width(
    width: int, why: int, *, versus: bool, users: bool
) -> None:
    found = fit_columns(width, 30, longest_why=why, versus=versus, users=users)
    keys = [column.key for column in found]
    assert {"status", "target", "p50", "p95", "error", "age"} <= set(keys)
    assert why == 0 or "why" in keys


@pytest.mark.parametrize(
    ("width", "last"), [(60, "since"), (80, "spark"), (120, "cost"), (200, "cost")]
)
def test_what_the_usual_terminals_show(width: int, last: str) -> None:
    assert fit_columns(width, 28)[-1].key == last


@pytest.mark.parametrize("why", [4, 7, 12])
def test_the_whole_reason_is_in_sight_at_80(why: int) -> None:
    columns = {c.key: c for c in fit_columns(80, 28, longest_why=why)}
    assert columns["why"].width >= why
    assert KEYS.index("why") < KEYS.index("reset") < KEYS.index("cost")


def test_other_columns_yield_to_names_that_can_be_told_apart() -> None:
    columns = {c.key: c for c in fit_columns(80, 44, least_target=30, longest_why=12)}
    assert columns["target"].width >= 30
    assert "spark" not in columns
    assert fit_columns(80, 44, least_target=70)[1].width <= 44


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
@pytest.mark.parametrize("why", [0, 4, 12])
def test_the_sparkline_yields_before_a_name_of_usual_length(width: int, why: int) -> None:
    columns = {c.key: c for c in fit_columns(width, 20, least_target=13, longest_why=why)}
    assert columns["target"].width == min(20, width // 4) or "spark" not in columns
    chosen = fit_columns(80, 20, longest_why=12, chosen=["p50", "p95", "p99", "error", "spark"])
    assert chosen[-1].key == "spark"


def test_the_sparkline_takes_what_is_left_over() -> None:
    wide = {column.key: column.width for column in fit_columns(200, 20)}
    assert wide["target"] == 20
    assert wide["spark"] > 80


def test_chosen_columns_stand_in_their_order_and_yield_by_the_same_rule() -> None:
    chosen = ("cost", "p95", "why")
    assert [c.key for c in fit_columns(80, 20, chosen=chosen)] == [*ALWAYS, *chosen]
    narrow = fit_columns(28, 20, chosen=chosen, longest_why=4)
    assert [c.key for c in narrow] == [*ALWAYS, "why"]


@given(CHOICES)
def test_status_and_target_are_always_first(chosen: list[str] | None) -> None:
    keys = [column.key for column in choose_columns(chosen)]
    assert keys[:2] == [*ALWAYS]
    assert len(keys) == len(set(keys))


@given(width=st.integers(60, 300), why=REASONS, chosen=CHOICES, versus=st.booleans())
def test_titles_do_not_touch(
    width: int, why: int, chosen: list[str] | None, *, versus: bool
) -> None:
    columns = fit_columns(width, 30, longest_why=why, chosen=chosen, versus=versus)
    for column, after in pairwise(columns[1:]):
        if column.align == "right" and after.align == "left":
            assert column.fit(column.title).endswith(" ")


def test_each_column_is_explained_in_a_sentence() -> None:
    for column in COLUMNS:
        assert column.help[0].isupper()
        assert column.help.endswith(".")
        assert len(column.help) <= 80
