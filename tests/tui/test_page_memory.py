"""Pages and dialogs that were closed: nothing of what they painted is kept."""

import gc

import pytest
from textual.strip import Strip

from relaytop.watch.session import Session
from tests.tui.pilots import on_monitor, running

ROUNDS = 8


def painted() -> int:
    gc.collect()
    return sum(isinstance(one, Strip) for one in gc.get_objects())


@pytest.mark.parametrize("key", ["l", "C"])
async def test_a_page_that_is_closed_keeps_no_painted_lines(session: Session, key: str) -> None:
    async with running(session) as pilot:

        async def open_and_close() -> None:
            for _round in range(ROUNDS):
                await pilot.press(key)
                await pilot.pause()
                assert not on_monitor(pilot)
                await pilot.press("escape")
                await pilot.pause()

        await open_and_close()
        before = painted()
        await open_and_close()
        assert painted() - before < 2 * ROUNDS
