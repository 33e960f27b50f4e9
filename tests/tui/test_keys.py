"""Every key, pressed once: what it tells the engine and what the screen shows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import SelectionList

from relaytop.config.settings import Price
from relaytop.engine.messages import (
    Add,
    ListModels,
    Models,
    Pause,
    Prices,
    Resume,
    Scale,
    SetBudget,
)
from relaytop.tui.keys import APP_BINDINGS, BINDINGS
from relaytop.tui.screens.choose import ChooseScreen
from relaytop.tui.screens.help import HelpScreen
from relaytop.tui.session import Session
from tests.tui.fake import NAMES, app_of, engine_of, feed, session_of


@asynccontextmanager
async def running(session: Session) -> AsyncIterator[Pilot[int]]:
    app = app_of(session)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        yield pilot


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return feed(session_of(tmp_path))


def modes_of_snapshots(folder: Path) -> list[int]:
    return [path.stat().st_mode & 0o777 for path in folder.glob("live-*.toml")]


def shown(pilot: Pilot[int], part: str) -> str:
    screen = pilot.app.monitor_screen  # type: ignore[attr-defined]
    lines = screen._table if part == "table" else screen._lines[part]
    return "\n".join(strip.text for strip in lines._strips)


async def test_moving_selects_and_stops_at_the_ends(session: Session) -> None:
    async with running(session) as pilot:
        screen = pilot.app.monitor_screen  # type: ignore[attr-defined]
        for key, index in (("j", 1), ("down", 2), ("k", 1), ("up", 0), ("up", 0), ("end", 5)):
            await pilot.press(key)
            assert screen.selected == NAMES[index]
        assert NAMES[5] in shown(pilot, "title")
        await pilot.click("#table", offset=(5, 2))
        await pilot.pause()
        assert screen.selected == NAMES[1]


async def test_space_switches_a_target_off_and_on(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("space")
        assert Pause(NAMES[0]) in engine_of(session).commands
        assert "‖" in shown(pilot, "table").splitlines()[1]
        await pilot.press("space")
        assert Resume(NAMES[0]) in engine_of(session).commands


async def test_p_pauses_all_and_leaves_off_what_was_off(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("space", "p")
        assert Pause() in engine_of(session).commands
        assert "PAUSED" in shown(pilot, "top")
        assert shown(pilot, "table").count("‖") == 6
        await pilot.press("p")
        assert Resume() in engine_of(session).commands
        assert shown(pilot, "table").count("‖") == 1


async def test_f_holds_the_picture_while_counting_goes_on(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("f")
        before = shown(pilot, "table")
        session.clock.now += 50  # type: ignore[attr-defined]
        feed_more = session.monitor
        feed_more.pause(NAMES[0], session.clock(), "user")
        pilot.app.monitor_screen.redraw()  # type: ignore[attr-defined]
        assert "FROZEN" in shown(pilot, "top")
        assert shown(pilot, "table") == before
        await pilot.press("f")
        assert shown(pilot, "table") != before


async def test_plus_and_minus_change_the_interval(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("+")
        await pilot.press("-", "-")
        commands = [c for c in engine_of(session).commands if isinstance(c, Scale)]
        assert [c.factor for c in commands] == [0.5, 1.0, 2.0]
        assert "interval ×2: the fastest target is probed every 10s" in shown(pilot, "log")


async def test_w_changes_the_window(session: Session) -> None:
    async with running(session) as pilot:
        assert "window 10m" in shown(pilot, "top")
        await pilot.press("w")
        assert "window 30m" in shown(pilot, "top")


async def test_a_frozen_picture_keeps_its_window(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("f")
        before = shown(pilot, "table"), shown(pilot, "top")
        await pilot.press("w", "+")
        assert (shown(pilot, "table"), shown(pilot, "top")) == before
        assert any("frozen" in note.message for note in pilot.app._notifications)
        await pilot.press("f", "w")
        assert "window 30m" in shown(pilot, "top")


async def test_s_saves_a_snapshot_and_says_where(session: Session, tmp_path: Path) -> None:
    async with running(session) as pilot:
        await pilot.press("s")
        assert "snapshot saved" in shown(pilot, "log")
    assert modes_of_snapshots(tmp_path) == [0o600]


async def test_s_says_why_it_could_not(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    async with running(feed(session_of(blocked))) as pilot:
        await pilot.press("s")
        await pilot.pause()
        assert any("not saved" in note.message for note in pilot.app._notifications)


@pytest.mark.parametrize("key", ["enter", "z"])
async def test_zooming(session: Session, key: str) -> None:
    async with running(session) as pilot:
        screen = pilot.app.monitor_screen  # type: ignore[attr-defined]
        await pilot.press(key)
        assert not screen._table.display
        await pilot.press(key)
        assert screen._table.display


async def test_dollar_asks_before_it_raises(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("$", "n")
        assert not any(isinstance(c, SetBudget) for c in engine_of(session).commands)
        await pilot.press("$", "y")
        assert SetBudget(2.0) in engine_of(session).commands


async def test_a_adds_what_is_chosen(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("a")
        await pilot.pause()
        assert {c.provider for c in engine_of(session).commands if isinstance(c, ListModels)} == {
            "holysheep",
            "direct",
        }
        screen = pilot.app.screen
        assert isinstance(screen, ChooseScreen)
        screen.offer(Models("direct", ("new/model", "openai/gpt-4.1")))
        await pilot.pause()
        for key in ("down", "space", "enter"):
            await pilot.press(key)
            await pilot.pause()
        (added,) = [c for c in engine_of(session).commands if isinstance(c, Add)]
        assert [target.id for target in added.targets] == ["direct/new/model"]
        assert "direct/new" in shown(pilot, "table")


async def test_keys_that_come_at_once_are_obeyed_in_their_order(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("a")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, ChooseScreen)
        screen.offer(Models("direct", ("new/a", "new/b", "new/c")))
        await pilot.pause()
        for key in ("down", "down", "space", "down", "space", "enter"):
            pilot.app.post_message(events.Key(key, " " if key == "space" else None))
        await pilot.pause()
        await pilot.pause()
        (added,) = [c for c in engine_of(session).commands if isinstance(c, Add)]
        assert [target.id for target in added.targets] == ["direct/new/b", "direct/new/c"]


async def test_a_list_that_grows_keeps_its_cursor_and_its_prices_come_later(
    session: Session,
) -> None:
    async with running(session) as pilot:
        await pilot.press("a")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, ChooseScreen)
        screen.offer(Models("holysheep", ("x", "y")))
        await pilot.pause()
        await pilot.press("down", "down")
        screen.offer(Models("direct", ("a", "b")))
        await pilot.pause()
        listing = screen.query_one(SelectionList)
        assert listing.highlighted is not None
        assert listing.get_option_at_index(listing.highlighted).value == ("holysheep", "y")
        assert "unpriced" in str(listing.get_option_at_index(listing.highlighted).prompt)
        prices = Prices("holysheep", {"y": Price(2.0, 8.0, source="list")})
        engine_of(session).queue.put_nowait([prices])
        await pilot.pause(0.1)
        await pilot.pause()
        assert "unpriced" not in str(listing.get_option_at_index(listing.highlighted).prompt)


async def test_without_a_target_it_asks_and_leaves_when_nothing_is_chosen(tmp_path: Path) -> None:
    import dataclasses  # noqa: PLC0415

    from tests.support.samples import settings  # noqa: PLC0415

    watched = dataclasses.replace(settings("relay/m"), targets=())
    async with running(session_of(tmp_path, watched=watched)) as pilot:
        await pilot.pause()
        assert isinstance(pilot.app.screen, ChooseScreen)
        await pilot.press("escape")
        await pilot.pause()
    assert pilot.app.return_code == 0


async def test_help_opens_and_closes(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("?")
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("escape")
        assert pilot.app.screen is pilot.app.monitor_screen  # type: ignore[attr-defined]


async def test_the_command_palette_and_another_theme(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert type(pilot.app.screen).__name__ == "CommandPalette"
        await pilot.press("escape")
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert "P50" in shown(pilot, "table")


async def test_the_screen_can_be_resized_at_any_time(session: Session) -> None:
    async with running(session) as pilot:
        for size in ((60, 15), (40, 10), (300, 100), (80, 24), (61, 40), (120, 16)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            fits = size[0] >= 60 and size[1] >= 15
            assert ("P50" in shown(pilot, "table")) or not fits
            assert ("relaytop needs 60×15" in shown(pilot, "top")) == (not fits)


def test_every_key_has_an_id_a_tooltip_and_a_group() -> None:
    bindings = [b for b in (*BINDINGS, *APP_BINDINGS) if isinstance(b, Binding)]
    assert len({binding.id for binding in bindings}) == len(bindings)
    assert all(binding.id and binding.tooltip and binding.group for binding in bindings)
