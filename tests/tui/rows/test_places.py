"""Rows of several places: grouped by place, named by what differs, found by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.rows.filter import parse_filter
from relaytop.tui.rows.labels import names_in
from relaytop.tui.rows.query import RowQuery

if TYPE_CHECKING:
    from relaytop.monitor.summary import Summary

EU, US, ALONE = "direct/gpt-4.1 @ eu", "direct/gpt-4.1 @ us", "direct/claude @ us"
TARGETS = (EU, US, ALONE)


def grouped(by: RowQuery) -> list[tuple[str, tuple[str, ...]]]:
    return [(group.key, group.targets) for group in by.groups(TARGETS, {})]


def test_by_place_first_then_by_what_one_box_has() -> None:
    query = RowQuery()
    assert grouped(query) == [("place:us", (US, ALONE))]
    query = query.grouped_by_next(TARGETS)
    assert grouped(query) == [("provider:direct", TARGETS)]
    query = query.grouped_by_next(TARGETS)
    assert grouped(query) == [("model:gpt-4.1", (EU, US))]
    query = query.grouped_by_next(TARGETS)
    assert not grouped(query)
    assert query.grouped_by_next(TARGETS).grouping(TARGETS) == "place"


def test_one_box_has_no_places_to_group_by() -> None:
    targets = ("direct/gpt-4.1", "direct/claude")
    assert RowQuery(group_by="place").grouping(targets) == "provider"
    assert RowQuery(group_by="none").grouped_by_next(targets).grouping(targets) == "provider"


def test_a_name_in_a_group_is_what_differs_there() -> None:
    by_place, by_provider, by_model = (
        RowQuery(group_by=by).groups(TARGETS, {})[0] for by in ("place", "provider", "model")
    )
    assert names_in(by_place)[US] == "direct/gpt-4.1"
    assert names_in(by_provider)[US] == "gpt-4.1 @ us"
    assert names_in(by_model)[US] == "direct @ us"


def test_the_filter_knows_places() -> None:
    found = parse_filter("place:eu")
    assert [target for target in TARGETS if found.matches(target, _no_summary)] == [EU]


def _no_summary() -> Summary:
    raise AssertionError
