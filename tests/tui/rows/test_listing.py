"""The order keeps still while one reads, and is the one that was asked for."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from relaytop.monitor.group import FAILING
from relaytop.monitor.summary import Summary
from relaytop.protocol.messages import Finished
from relaytop.tui.rows.blocks import Cursor
from relaytop.tui.rows.listing import STILL_S, RowListing
from relaytop.tui.rows.query import AS_CONFIGURED, RowQuery
from relaytop.tui.rows.sort_keys import SORTABLE
from relaytop.tui.rows.summaries import KeptState, Summaries
from relaytop.watch.session import Session
from tests.support.fake_engine import NAMES, NOW, feed, session_of
from tests.support.samples import T0, sample

FLAT = RowQuery(group_by="none")


class Reader:
    """Lists the rows of a session, at moments of its own."""

    def __init__(self, session: Session, query: RowQuery = FLAT) -> None:
        self.listing = RowListing()
        self.session = session
        self.query = query
        self.changed: dict[str, dict[str, Any]] = {}
        """Target → fields of its summary that are not the monitor's."""

    def summaries(self) -> Summaries:
        reader, source = self, self.session.monitor

        class Changed(Summaries):
            def of(self, target: str) -> Summary:
                changes = reader.changed.get(target, {})
                return dataclasses.replace(source.summary(target, NOW), **changes)

        return Changed(source, NOW, self.session.thresholds)

    def list_at(
        self,
        at: float,
        *,
        all_fit: bool = False,
        still: bool = False,
        cursor: Cursor | None = None,
    ) -> list[str]:
        self.listing.update(
            self.session.monitor.targets(),
            self.session.settings.aliases,
            self.query,
            self.summaries(),
            all_fit=all_fit,
            still=still,
            at=at,
            folded=(),
            cursor=cursor,
        )
        return self.listing.listed

    def ordered(self, column: str | None, **query: Any) -> list[str]:
        self.query = dataclasses.replace(FLAT, column=column, **query)
        return self.list_at(0.0)


@pytest.fixture
def reader(session: Session) -> Reader:
    return Reader(session)


@pytest.mark.parametrize("column", [*SORTABLE, AS_CONFIGURED, None])
@pytest.mark.parametrize("reverse", [False, True])
def test_every_order_lists_every_target(
    reader: Reader, column: str | None, *, reverse: bool
) -> None:
    assert sorted(reader.ordered(column, reverse=reverse)) == sorted(NAMES)


def test_the_worst_come_first_and_the_unknown_last(tmp_path: Path) -> None:
    reader = Reader(feed(session_of(tmp_path, "new/m", *NAMES)))
    listed = reader.ordered("status")
    statuses = [reader.summaries().of(name).status for name in listed]
    assert statuses == ["down"] * 3 + ["degraded", "degraded", "unknown", "up"]
    assert reader.ordered("status", reverse=True) == listed[::-1]
    assert reader.ordered("p95")[0] == NAMES[1]
    for reverse in (False, True):
        assert reader.ordered("p50", reverse=reverse)[-1] == "new/m"
    assert reader.ordered("p50", reverse=True)[0] == NAMES[0]
    assert reader.ordered("why")[-2:] == ["new/m", NAMES[0]]


def test_words_and_conditions_filter(reader: Reader) -> None:
    for words, numbers in (("GPT direct", [4]), ("is:down", [2, 4, 5]), ("no such", [])):
        reader.query = dataclasses.replace(FLAT, words=words, column=AS_CONFIGURED)
        assert reader.list_at(0.0) == [NAMES[number] for number in numbers]


def test_the_worst_come_first_by_itself_where_not_all_have_room(reader: Reader) -> None:
    assert reader.list_at(0.0, all_fit=True) == list(NAMES)
    listed = reader.list_at(0.0, all_fit=False)
    assert listed[0] in NAMES[2:]
    assert listed[-1] == NAMES[0]


def test_a_group_that_is_down_comes_before_one_with_a_worse_target(session: Session) -> None:
    reader = Reader(session, RowQuery(column="status"))
    reader.changed = {NAMES[2]: {"error_rate": 1.0}}
    assert reader.list_at(0.0)[2] == NAMES[2]
    names = [block.group.name for block in reader.listing.blocks if block.group]
    assert names == ["direct", "holysheep"]


def test_it_is_taken_anew_at_most_every_five_seconds(reader: Reader) -> None:
    before = list(reader.list_at(0.0))
    reader.changed = {NAMES[0]: {"status": "down", "error_rate": 1.0}}
    assert reader.list_at(STILL_S - 0.1) == before
    assert reader.list_at(STILL_S)[0] == NAMES[0]


def test_nor_within_five_seconds_of_a_key_nor_while_frozen(reader: Reader) -> None:
    before = list(reader.list_at(0.0))
    reader.changed = {NAMES[0]: {"status": "down", "error_rate": 1.0}}
    reader.listing.key_pressed(10.0)
    assert reader.list_at(14.9) == before
    assert reader.list_at(15.0, still=True) == before
    assert reader.list_at(15.1)[0] == NAMES[0]


def test_another_order_is_there_at_once(reader: Reader) -> None:
    reader.list_at(0.0)
    reader.listing.key_pressed(0.0)
    reader.query = RowQuery(column="target", group_by="none")
    assert reader.list_at(0.1, still=True) == sorted(NAMES)


def test_the_selected_row_stays_where_it_is(reader: Reader) -> None:
    before = list(reader.list_at(0.0))
    selected = before[4]
    reader.changed = {selected: {"status": "down", "error_rate": 1.0}, before[5]: {"status": "up"}}
    after = reader.list_at(60.0, cursor=Cursor(selected, 4, 0, 10))
    assert after[4] == selected
    rest = [name for name in after if name != selected]
    ranks = [reader.summaries().severity(name) for name in rest]
    assert ranks == sorted(ranks)


def test_a_target_that_is_added_is_listed_at_once(reader: Reader) -> None:
    reader.list_at(0.0)
    reader.listing.key_pressed(0.0)
    reader.session.add([("direct", "new")])
    assert "direct/new" in reader.list_at(0.1)


def test_groups_by_default_where_several_providers_are_watched() -> None:
    assert RowQuery().grouping(NAMES) == "provider"
    assert RowQuery().grouping(NAMES[:3]) == "none"
    query = RowQuery()
    went = []
    for _ in range(3):
        query = query.grouped_by_next(NAMES)
        went.append(query.group_by)
    assert went == ["model", "none", "provider"]


def test_a_group_of_one_target_has_no_row() -> None:
    groups = RowQuery().groups(["a/x", "b/x", "b/y"], {})
    assert [group.name for group in groups] == ["b"]


def test_failing_is_down_or_degraded() -> None:
    assert set(FAILING) == {"down", "degraded"}


def test_a_group_is_summarised_anew_where_one_of_its_targets_has_changed(session: Session) -> None:
    kept: dict[str, KeptState] = {}
    source, clock = session.monitor, session.clock
    groups = RowQuery().groups(source.targets(), {})
    states = []
    for _picture in range(3):
        picture = Summaries(source, clock(), session.thresholds, kept)
        states.append([picture.of_group(group) for group in groups])
        if len(states) == 2:
            session.monitor.apply(Finished(sample(NOW - T0, 1.0, target=NAMES[0])), NOW)
    before, same, changed = states
    assert all(a is b for a, b in zip(before, same, strict=True))
    assert changed[0].requests == before[0].requests + 1
    assert changed[1] is before[1]
