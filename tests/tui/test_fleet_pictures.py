"""The screen of a fleet at three sizes, as pictures that are compared with those kept."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from relaytop.watch.past_clock import PastClock
from tests.support.fake_engine import app_of
from tests.support.fleets import NOW, fleet_session, fleet_targets, many
from tests.tui.pilots import monitor_of, settled
from tests.tui.test_screens import Compare, pressing, sized


@pytest.fixture(autouse=True)
def _utc(zone: Callable[[str], None]) -> None:
    zone("UTC")


async def _select_first(pilot: Pilot[int]) -> None:
    await settled(pilot)
    monitor_of(pilot).selected = fleet_targets()[0]
    await settled(pilot)


@sized
def test_a_fleet(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    app = app_of(fleet_session(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=_select_first)


@sized
def test_many_rows(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    app = app_of(fleet_session(tmp_path, many(20, 50)))
    assert snap_compare(app, terminal_size=size, run_before=pressing("g"))


@sized
def test_a_zoomed_chart_of_the_past(
    snap_compare: Compare, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = app_of(fleet_session(tmp_path, clock=PastClock(NOW - 120, lambda: NOW)))
    assert snap_compare(app, terminal_size=size, run_before=pressing("g", "j", "z"))
