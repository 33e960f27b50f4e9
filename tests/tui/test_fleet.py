"""The screen of a fleet: rows of several places, of which a Prometheus tells."""

from pathlib import Path

import pytest

from relaytop.tui.draw.glyphs import ASCII
from tests.support.fake_engine import app_of
from tests.support.fleets import fleet_session, fleet_targets, row_of
from tests.tui.pilots import monitor_of, picture, running, settled, shown


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
