"""The help page: the keys of where one is, the columns, the signs."""

import pytest
from textual.containers import VerticalScroll

from relaytop.tui.draw.columns import COLUMNS
from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.draw.signs import signs
from relaytop.tui.screens.help import HelpScreen
from relaytop.watch.session import Session
from tests.support.fake_engine import app_of
from tests.tui.pilots import monitor_of, on_monitor, picture, running


async def help_text(session: Session, *keys: str, size: tuple[int, int] = (200, 120)) -> str:
    """What the help page says after some keys, each line of it by its words."""
    async with app_of(session).run_test(size=size) as pilot:
        await pilot.pause()
        for key in (*keys, "question_mark"):
            await pilot.press(key)
            await pilot.pause()
        assert isinstance(pilot.app.screen, HelpScreen)
        return "\n".join(" ".join(line.split()) for line in picture(pilot).splitlines())


async def test_it_says_what_each_column_shows(session: Session) -> None:
    text = await help_text(session)
    assert "help: monitor" in text
    for column in COLUMNS:
        if column.key == "users":  # nothing exports them here
            continue
        assert " ".join(f"{column.title} {column.help}".split()) in text


async def test_keys_come_first_then_columns_then_signs(session: Session) -> None:
    text = await help_text(session)
    parts = [text.index(each) for each in ("Freeze the screen", "P95 Latency", "● up replies")]
    assert parts == sorted(parts)


@pytest.mark.parametrize(
    ("keys", "place", "there", "elsewhere"),
    [
        (("z",), "zoomed target", "Zoom in on the selected target", "P95 Latency"),
        (("l",), "event log", "Search the log", "Probe more often"),
        (("e",), "failures", "Next group or failure", "Probe more often"),
    ],
)
async def test_it_is_of_where_one_is(
    session: Session, keys: tuple[str, ...], place: str, there: str, elsewhere: str
) -> None:
    text = await help_text(session, *keys)
    assert f"help: {place}" in text
    assert there in text
    assert elsewhere not in text


async def test_it_closes_to_where_it_was_opened(session: Session) -> None:
    async with running(session) as pilot:
        for key in ("l", "question_mark", "question_mark"):
            await pilot.press(key)
            await pilot.pause()
        assert not isinstance(pilot.app.screen, HelpScreen)
        assert not on_monitor(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (60, 15)])
async def test_it_fits_and_scrolls_to_its_end(session: Session, size: tuple[int, int]) -> None:
    async with app_of(session).run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()
        dialog = pilot.app.screen.query_one("#dialog", VerticalScroll)
        assert dialog.max_scroll_x == 0
        assert dialog.max_scroll_y > 0
        for key in ("down", "j", "space", "pagedown"):
            await pilot.press(key)
            await pilot.pause(0.4)
        assert dialog.scroll_offset.y > 2
        await pilot.press("G")
        await pilot.pause(0.5)
        assert "max_rpm" in picture(pilot)
        await pilot.press("g")
        await pilot.pause(0.5)
        assert dialog.scroll_offset.y == 0
        assert monitor_of(pilot).is_attached


def test_every_sign_of_the_screen_is_explained_once() -> None:
    for glyphs in (UNICODE, ASCII):
        shown = [sign for sign, _meaning in signs(glyphs)]
        for name, sign in glyphs.status.items():
            assert shown.count(f"{sign} {name}") == 1
        for sign in (glyphs.cached, glyphs.different, f"{glyphs.skipped}14"):
            assert sign in shown
    assert all("".join(row).isascii() for row in signs(ASCII))
