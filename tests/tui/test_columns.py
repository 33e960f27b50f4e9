"""The chooser of columns."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from relaytop.tui.draw.columns import COLUMNS
from relaytop.tui.screens.column_picker import DEFAULT
from relaytop.watch.session import Session
from tests.support.fake_engine import feed, session_of
from tests.tui.pilots import monitor_of, on_monitor, picture, running, shown


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return feed(session_of(tmp_path))


def titles(pilot: Pilot[int]) -> list[str]:
    return shown(pilot, "table").splitlines()[0].split()


async def test_a_column_is_hidden_and_comes_back(session: Session) -> None:
    async with running(session) as pilot:
        assert "P50" in titles(pilot)
        await pilot.press("C", "space", "enter")
        await pilot.pause()
        assert on_monitor(pilot)
        assert "P50" not in titles(pilot)
        assert monitor_of(pilot).chosen_columns == DEFAULT[1:]
        await pilot.press("C", *["end"], "space", "enter")
        await pilot.pause()
        assert "P50" in titles(pilot)


@pytest.mark.parametrize("key", ["J", "shift+down"])
async def test_a_column_is_moved(session: Session, key: str) -> None:
    async with running(session) as pilot:
        await pilot.press("C", key, key, "K", "enter")
        await pilot.pause()
        assert monitor_of(pilot).chosen_columns == ("p95", "p50", *DEFAULT[2:])
        assert titles(pilot).index("P95") < titles(pilot).index("P50")


async def test_esc_discards_and_r_resets(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("C", "space", "j", "space", "escape")
        await pilot.pause()
        assert monitor_of(pilot).chosen_columns is None
        await pilot.press("C", "space", "enter", "C", "r", "enter")
        await pilot.pause()
        assert monitor_of(pilot).chosen_columns is None


async def test_what_is_chosen_last_is_there_when_it_opens_again(session: Session) -> None:
    async with running(session) as pilot:
        monitor_of(pilot).chosen_columns = ("cost", "of a later version", "why")
        await pilot.press("C")
        await pilot.pause()
        lines = [line for line in picture(pilot).splitlines() if "[x]" in line]
        assert ["$" in lines[0], "why" in lines[1]] == [True, True]
        assert len(lines) == 2
        await pilot.press("escape")
        await pilot.pause()
        assert titles(pilot)[-2:] == ["$", "why"]


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (200, 50)])
async def test_each_column_is_explained_and_can_be_reached(
    session: Session, size: tuple[int, int]
) -> None:
    async with running(session) as pilot:
        await pilot.resize_terminal(*size)
        await pilot.press("C")
        for column in COLUMNS[2:]:
            await pilot.pause()
            said = picture(pilot)
            assert f"[x] {column.title} " in said
            assert column.help in " ".join(
                line.split("│")[1].strip() for line in said.splitlines() if line.count("│") > 1
            )
            await pilot.press("j")


async def test_status_and_name_stay_where_nothing_else_is_chosen(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("C", *(["space", "down"] * len(DEFAULT)), "enter")
        await pilot.pause()
        assert monitor_of(pilot).chosen_columns == ()
        assert titles(pilot) == ["target"]
