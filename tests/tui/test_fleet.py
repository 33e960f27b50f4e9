"""The screen of a fleet: rows of several places, of which a Prometheus tells."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from relaytop.tui.draw.glyphs import ASCII
from relaytop.watch.past_clock import PastClock
from tests.support.fake_engine import app_of
from tests.support.fleets import NOW, FleetOfRows, fleet, fleet_session, fleet_targets, row_of
from tests.tui.pilots import monitor_of, notices, picture, running, settled, shown


async def test_percentiles_are_marked_and_the_users_have_a_column(tmp_path: Path) -> None:
    async with running(fleet_session(tmp_path)) as pilot:
        await settled(pilot)
        table = shown(pilot, "table")
        assert "P95 users P99" in " ".join(table.split("\n")[0].split())
        assert "≈4200" in table
        monitor_of(pilot).row_query = monitor_of(pilot).row_query.sorted_by("users", all_fit=False)
        await settled(pilot)
        assert "▼users" in shown(pilot, "table")


async def test_without_users_there_is_no_column_of_theirs(tmp_path: Path) -> None:
    rows = {target: row_of(target) for target in fleet_targets()}
    async with running(fleet_session(tmp_path, rows)) as pilot:
        await settled(pilot)
        assert "≈400" in shown(pilot, "table")
        assert "users" not in picture(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_detail_has_the_buckets_and_the_users(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    app = app_of(fleet_session(tmp_path))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        monitor_of(pilot).selected = fleet_targets()[0]
        await settled(pilot)
        panel = shown(pilot, "panel")
        assert "users wait longer" in panel
        assert "≈600 537–671" in panel
        assert "≈4200" in panel


async def test_in_ascii_it_is_a_tilde(tmp_path: Path) -> None:
    app = app_of(fleet_session(tmp_path), ASCII)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        assert "~4200" in picture(pilot)
        assert picture(pilot).isascii()


async def test_the_comparison_names_what_differs(tmp_path: Path) -> None:
    async with running(fleet_session(tmp_path)) as pilot:
        await settled(pilot)
        await pilot.press("g", "j", "c")
        await pilot.pause()
        text = picture(pilot)
        assert "gpt-4.1  6 targets over 10m" in text
        assert "A holyshe…eu-west  B direct …eu-west  C holyshe…us-east" in text
        assert "users P95" in text
        assert "users err%" in text


async def pressed(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def test_a_moment_of_the_past_says_so_and_is_moved_by_keys(
    tmp_path: Path, zone: Callable[[str], None]
) -> None:
    zone("UTC")
    clock = PastClock(NOW - 86_400, lambda: NOW)
    session = fleet_session(tmp_path, clock=clock)
    async with running(session) as pilot:
        await settled(pilot)
        assert " PAST " in shown(pilot, "top")
        assert "2026-09-20  14:23:20 UTC" in shown(pilot, "top")
        assert "ago" not in shown(pilot, "top")
        keys = shown(pilot, "keys")
        assert "-1m" in keys
        for action in ("pause", "freeze", "snooze", "on/off", "budget"):
            assert action not in keys
        await pressed(pilot, "left", "left", "right", "shift+left")
        assert clock() == NOW - 86_400 - 60 - 3600
        assert "13:22:20" in shown(pilot, "top")
        await pressed(pilot, "home")
        assert clock() == NOW - 86_400
        await pressed(pilot, "end")
        assert clock() == NOW
        await pressed(pilot, "p", "f", "space", "S", "plus")
        assert monitor_of(pilot).frozen is None
        await pressed(pilot, "question_mark")
        assert "help: past, monitor" in picture(pilot)


async def test_arrows_on_the_zoomed_chart_go_back_and_say_what_is_on_its_way(
    tmp_path: Path, zone: Callable[[str], None]
) -> None:
    zone("UTC")
    session = fleet_session(tmp_path)
    monitor = session.monitor
    assert isinstance(monitor, FleetOfRows)
    monitor.oldest = NOW - 30 * 86_400
    async with running(session) as pilot:
        await pressed(pilot, "g", "j", "z", "left")
        assert "PAST 14:10:50 to 14:20:50" in shown(pilot, "caption")
        assert "P95 ≈354 ms" in shown(pilot, "caption")
        assert "loading" not in shown(pilot, "caption")
        monitor.loading = True
        await pressed(pilot, "left")
        assert "PAST 14:08:20 to 14:18:20   latency line, 10m  loading… " in shown(pilot, "caption")
        monitor.loading = False
        await settled(pilot)
        assert "loading" not in shown(pilot, "caption")
        await pressed(pilot, *["right_square_bracket"] * 14)
        assert " 30d" in shown(pilot, "caption")
        assert "09-0" in shown(pilot, "chart")


async def test_failures_are_looked_for_in_the_range_that_is_shown(tmp_path: Path) -> None:
    async with running(fleet_session(tmp_path)) as pilot:
        await pressed(pilot, "g", "j", "z", "comma")
        assert "timeout" in shown(pilot, "failure")
        await pressed(pilot, "comma")
        assert "no earlier failure in this time range" in notices(pilot)


async def test_a_freeze_asks_for_no_rows_history(tmp_path: Path) -> None:
    session = fleet_session(tmp_path)
    monitor = session.monitor
    assert isinstance(monitor, FleetOfRows)
    async with running(session) as pilot:
        await settled(pilot)
        monitor.asked.clear()
        await pressed(pilot, "f")
        assert "FROZEN" in shown(pilot, "top")
        assert monitor.asked == []


async def test_the_failures_of_a_row_are_counted_by_class(tmp_path: Path) -> None:
    rows = fleet()
    name = fleet_targets()[0]
    rows[name] = row_of(name, status="down", ok=390, errors={"timeout": 2, "rate_limited": 8})
    async with running(fleet_session(tmp_path, rows)) as pilot:
        await settled(pilot)
        monitor_of(pilot).selected = name
        await pressed(pilot, "e")
        text = " ".join(picture(pilot).split())
        assert "counts alone: messages and request ids are on the hosts that probe" in text
        assert text.index("rate_limited 8") < text.index("timeout 2")
    async with running(fleet_session(tmp_path)) as pilot:
        await pressed(pilot, "g", "j", "e")
        assert "no errors seen" in picture(pilot)
