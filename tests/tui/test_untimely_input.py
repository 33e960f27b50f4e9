"""Keys and clicks that come when what they were meant for is gone, or has no room."""

import pytest
from rich.style import Style
from textual import events
from textual.command import CommandList
from textual.screen import ModalScreen

from relaytop.tui.screens.command_search import CommandSearch
from relaytop.tui.screens.note import NoteScreen
from relaytop.tui.widgets.choice_list import ChoiceList
from relaytop.watch.session import Session
from tests.tui.pilots import lines_of, monitor_of, on_monitor, running


def click_at(x: int, y: int) -> events.Click:
    return events.Click(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)  # noqa: FBT003


async def test_a_dialog_answers_once_and_takes_nothing_else_away(session: Session) -> None:
    async with running(session) as pilot:
        answers: list[str | None] = []
        note = NoteScreen()
        pilot.app.push_screen(note, answers.append)
        await pilot.pause()
        note.dismiss("first")
        note.dismiss("second")
        await pilot.pause()
        assert answers == ["first"]
        assert on_monitor(pilot)


@pytest.mark.parametrize("key", ["l", "question_mark", "ctrl+p"])
async def test_so_do_pages_and_the_palette(session: Session, key: str) -> None:
    async with running(session) as pilot:
        await pilot.press(key)
        await pilot.pause()
        page = pilot.app.screen
        page.dismiss()
        page.dismiss()
        await pilot.pause()
        assert on_monitor(pilot)


@pytest.mark.parametrize("opening", ["ctrl+p", "C", "a"])
async def test_lists_without_room_stay_where_they_are(session: Session, opening: str) -> None:
    async with running(session) as pilot:
        await pilot.press(opening)
        await pilot.pause()
        await pilot.press("down")
        await pilot.resize_terminal(1, 1)
        await pilot.press("pagedown", "pageup", "down", "end")
        await pilot.pause()
        await pilot.resize_terminal(120, 36)
        assert isinstance(pilot.app.screen, ModalScreen)
        await pilot.press("escape")
        await pilot.pause()
        assert on_monitor(pilot)


async def test_a_click_beyond_a_terminal_that_became_smaller_is_beside_the_palette(
    session: Session,
) -> None:
    async with running(session) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        palette = pilot.app.screen
        assert isinstance(palette, CommandSearch)
        palette.post_message(click_at(400, 200))
        await pilot.pause()
        assert on_monitor(pilot)


@pytest.mark.parametrize("opening", ["C", "a", "S"])
async def test_a_click_on_an_option_that_is_gone_chooses_none(
    session: Session, opening: str
) -> None:
    async with running(session) as pilot:
        await pilot.press("G", opening)
        await pilot.pause()
        dialog = pilot.app.screen
        (listed,) = dialog.query(ChoiceList)
        before = listed.highlighted
        click = click_at(1, 1)
        click.style = Style(meta={"option": listed.option_count})
        listed.post_message(click)
        await pilot.pause()
        assert listed.highlighted == before
        assert pilot.app.screen is dialog


async def test_so_does_one_in_the_palette_on_a_hit_that_a_search_takes_away(
    session: Session,
) -> None:
    async with running(session) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        palette = pilot.app.screen
        assert isinstance(palette, CommandSearch)
        (listed,) = palette.query(CommandList)
        click = click_at(*listed.content_region.offset)
        click.style = Style(meta={"option": 0})
        listed.clear_options()
        listed.post_message(click)
        await pilot.pause()
        assert pilot.app.screen is palette


async def test_a_search_that_begins_as_the_palette_closes_ends_nothing(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        palette = pilot.app.screen
        assert isinstance(palette, CommandSearch)

        async def fail() -> None:
            raise LookupError

        palette.run_worker(fail(), exit_on_error=True)
        await pilot.pause()
        assert pilot.app.is_running


async def test_a_row_that_is_clicked_after_a_page_up_that_is_not_drawn_yet(
    session: Session,
) -> None:
    async with running(session) as pilot:
        table = monitor_of(pilot).table
        table.row_window.follow_selected(pages=-3)
        table.on_click(click_at(5, 1))
        await pilot.pause()
        assert lines_of(pilot, "table").text
