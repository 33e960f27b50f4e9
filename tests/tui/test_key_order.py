"""Keys that arrive together, as on a slow link: each is for what the one before has opened."""

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from relaytop.protocol.messages import Pause
from relaytop.watch.session import Session
from tests.support.fake_engine import NAMES, engine_of
from tests.tui.pilots import app_in, monitor_of, on_monitor, running

CHARACTERS = {"/": "slash", " ": "space", "$": "dollar_sign", "\r": "enter", "\x7f": "backspace"}


async def burst(pilot: Pilot[int], text: str) -> None:
    """Have all keys arrive before the first is handled."""
    for character in text:
        key = CHARACTERS.get(character, character)
        app_in(pilot).post_message(events.Key(key, character if character.isprintable() else None))
    for _ in range(4):
        await pilot.pause()


async def test_what_follows_slash_is_typed_into_the_filter(session: Session) -> None:
    async with running(session) as pilot:
        for _again in range(2):
            await burst(pilot, "/gpt q")
            assert monitor_of(pilot).row_query.words == "gpt q"
            assert not any(isinstance(c, Pause) for c in engine_of(session).commands)
            await pilot.press("escape")
            assert monitor_of(pilot).row_query.words == ""


async def test_what_is_deleted_was_typed_before(session: Session) -> None:
    async with running(session) as pilot:
        await burst(pilot, "/gq\x7fpt\rj")
        screen = monitor_of(pilot)
        assert screen.row_query.words == "gpt"
        assert not screen.typing
        assert screen.selected == screen.listed[1]


@pytest.mark.parametrize("text", ["Mq p", "l/q p"])
async def test_what_follows_an_opened_page_is_for_it(session: Session, text: str) -> None:
    async with running(session) as pilot:
        await burst(pilot, text)
        assert not on_monitor(pilot)
        typed = pilot.app.screen.query_one(Input)
        assert typed.value == "q p"
        assert not any(isinstance(c, Pause) for c in engine_of(session).commands)


async def test_what_is_pasted_goes_where_the_key_before_it_led(session: Session) -> None:
    async with running(session) as pilot:
        app_in(pilot).post_message(events.Key("slash", "/"))
        app_in(pilot).post_message(events.Paste("sonnet"))
        for _ in range(4):
            await pilot.pause()
        assert monitor_of(pilot).row_query.words == "sonnet"


async def test_many_keys_keep_their_order(session: Session) -> None:
    async with running(session) as pilot:
        await burst(pilot, "bb" + "jjk" * 40 + "gjjj/sonnet")
        for _ in range(100):
            if monitor_of(pilot).row_query.words == "sonnet":
                break
            await pilot.pause()
        assert monitor_of(pilot).row_query.words == "sonnet"
        assert monitor_of(pilot).selected == NAMES[1]


async def test_a_key_is_for_the_row_that_the_one_before_it_selects(session: Session) -> None:
    async with running(session) as pilot:
        await burst(pilot, "gjj ")
        assert Pause(NAMES[1]) in engine_of(session).commands
