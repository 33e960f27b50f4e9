"""Many rows: their groups start folded, and open where what is listed has room."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from relaytop.monitor.group import group_by_place
from relaytop.tui.rows.folding import MANY_TARGETS, Folding, starts_folded
from tests.support.fake_engine import app_of
from tests.support.fleets import fleet_session, fleet_targets, row_of
from tests.tui.pilots import monitor_of, running, settled, shown

PLACES = tuple(f"region-{n}" for n in range(10))
MODELS = tuple(f"relay/model-{n}" for n in range(25))
MANY = {target: row_of(target, 200.0) for target in fleet_targets(PLACES, MODELS)}
FEW = {target: row_of(target, 200.0) for target in fleet_targets(PLACES[:7], MODELS)}
GROUPS = group_by_place(MANY)
KEYS = [group.key for group in GROUPS]


def keys_of(pilot: Pilot[int]) -> list[str]:
    return [row.key for row in monitor_of(pilot).rows]


def test_a_choice_holds_whether_groups_start_folded_or_not() -> None:
    chosen = Folding().with_group(KEYS[0], unfold=True).with_group(KEYS[1], unfold=False)
    assert chosen.keys(GROUPS, start_folded=False) == {KEYS[1]}
    assert chosen.keys(GROUPS, start_folded=True) == {*KEYS[1:]}
    again = chosen.with_group(KEYS[0], unfold=False)
    assert again.keys(GROUPS, start_folded=True) == {*KEYS}


@pytest.mark.parametrize(
    ("targets", "rows", "room", "folded"),
    [(MANY_TARGETS, 210, 209, True), (MANY_TARGETS, 210, 210, False), (199, 210, 20, False)],
)
def test_groups_start_folded_where_many_rows_have_no_room(
    targets: int, rows: int, room: int, *, folded: bool
) -> None:
    assert starts_folded(targets, rows, room) is folded


async def test_each_group_of_many_rows_is_one_until_it_is_unfolded(tmp_path: Path) -> None:
    async with running(fleet_session(tmp_path, MANY)) as pilot:
        await settled(pilot)
        assert sorted(keys_of(pilot)) == sorted(KEYS)
        assert "▸ region-0" in shown(pilot, "table")
        await pilot.press("g", "enter")
        await settled(pilot)
        assert len(keys_of(pilot)) == len(PLACES) + len(MODELS)
        await pilot.press("enter")
        await settled(pilot)
        assert len(keys_of(pilot)) == len(PLACES)
        await pilot.press("b", "b")
        await settled(pilot)
        assert len(keys_of(pilot)) == len(MODELS)


async def test_what_a_filter_leaves_is_listed_where_it_has_room(tmp_path: Path) -> None:
    async with running(fleet_session(tmp_path, MANY)) as pilot:
        await settled(pilot)
        room = monitor_of(pilot).table.size.height
        await pilot.press("slash", *"model-24 region-3", "enter")
        await settled(pilot)
        assert "relay/model-24 @ region-3" in keys_of(pilot)
        assert monitor_of(pilot).table.size.height == room
        await pilot.press("escape")
        await settled(pilot)
        assert sorted(keys_of(pilot)) == sorted(KEYS)


async def test_the_next_failing_target_unfolds_its_group(tmp_path: Path) -> None:
    name = "relay/model-7 @ region-6"
    rows = MANY | {name: row_of(name, status="down")}
    async with running(fleet_session(tmp_path, rows)) as pilot:
        await settled(pilot)
        assert name not in keys_of(pilot)
        await pilot.press("n")
        await settled(pilot)
        assert monitor_of(pilot).selected == name
        assert len(keys_of(pilot)) == len(PLACES) + len(MODELS)


async def test_fewer_rows_are_all_listed(tmp_path: Path) -> None:
    async with running(fleet_session(tmp_path, FEW)) as pilot:
        await settled(pilot)
        assert len(keys_of(pilot)) == len(FEW) + 7


async def test_a_tall_terminal_has_room_for_them(tmp_path: Path) -> None:
    few_places = {name: row for name, row in MANY.items() if row.place in PLACES[:8]}
    app = app_of(fleet_session(tmp_path, few_places))
    async with app.run_test(size=(120, 300)) as pilot:
        await settled(pilot)
        assert len(keys_of(pilot)) == len(few_places) + 8


async def test_only_what_the_user_folded_is_saved(tmp_path: Path) -> None:
    async with running(fleet_session(tmp_path, MANY)) as pilot:
        await settled(pilot)
        assert monitor_of(pilot).folding.folded == frozenset()
        assert monitor_of(pilot).folded == {*KEYS}
