"""The rows that the table lists, and their order."""

import pytest
from textual.pilot import Pilot

from relaytop.protocol.messages import Pause
from relaytop.watch.session import Session
from tests.support.fake_engine import NAMES, FakeEngine, engine_of
from tests.tui.pilots import monitor_of, picture, running, shown


def rows_of(pilot: Pilot[int]) -> list[str]:
    return monitor_of(pilot).listed


async def test_slash_filters_as_one_types_and_escape_lists_all(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("slash", *"sonnet q")
        await pilot.pause()
        assert rows_of(pilot) == []
        await pilot.press("backspace", "backspace")
        await pilot.pause()
        assert rows_of(pilot) == [NAMES[1], NAMES[5]]
        assert "/sonnet 2 of 6" in shown(pilot, "top")
        await pilot.press("enter")
        await pilot.pause()
        screen = monitor_of(pilot)
        assert screen.selected == NAMES[1]
        await pilot.press("G")
        assert screen.selected == NAMES[5]
        await pilot.press("escape")
        await pilot.pause()
        assert rows_of(pilot) == list(NAMES)
        assert screen.selected == NAMES[5]
        assert "/sonnet" not in shown(pilot, "top")
        assert "? help" in shown(pilot, "keys")


async def test_escape_while_typing_lists_all_and_gives_the_keys_back(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("slash", *"gpt", "escape")
        await pilot.pause()
        await pilot.pause()
        assert rows_of(pilot) == list(NAMES)
        await pilot.press("j")
        assert monitor_of(pilot).selected == NAMES[1]
        assert "? help" in picture(pilot)


async def test_a_filter_takes_no_keys_once_it_is_kept(session: Session) -> None:
    async with running(session) as pilot:
        screen = monitor_of(pilot)
        await pilot.press("slash", *"gpt", "enter")
        for key in ("l", "question_mark", "dollar_sign"):
            await pilot.press(key)
            await pilot.pause()
            await pilot.press("escape")
            await pilot.pause()
            assert not screen.typing
            assert "? help" in picture(pilot)
        await pilot.press("j")
        assert screen.selected == NAMES[4]
        await pilot.press("slash", "x", "ctrl+p")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert rows_of(pilot) == []
        await pilot.press("escape", "j")
        await pilot.pause()
        assert rows_of(pilot) == list(NAMES)


async def test_space_leaves_a_target_alone_that_the_filter_hides(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("slash", *"nothing", "enter", "space")
        await pilot.pause()
        assert not any(isinstance(c, Pause) for c in engine_of(session).commands)


async def test_o_orders_by_the_columns_shown_and_capital_o_turns_round(session: Session) -> None:
    async with running(session) as pilot:
        heads = []
        await pilot.press("b", "b")
        for _ in range(20):
            await pilot.press("o")
            heads.append(shown(pilot, "table").splitlines()[0])
            if not any(sign in heads[-1] for sign in "▼▲"):
                break
            if "▼P95" in heads[-1]:
                assert rows_of(pilot)[0] == NAMES[1]
                await pilot.press("O")
                assert "▲P95" in shown(pilot, "table").splitlines()[0]
                assert rows_of(pilot)[-1] == NAMES[1]
        titles = ("▼", "▲target", "▼P50", "▼P95", "▼P99", "▼TTFT", "▼tok", "▼err", "▼las", "▼for")
        for title in titles:
            assert any(title in head for head in heads)
        assert not any(sign in heads[-1] for sign in "▼▲")
        assert rows_of(pilot) == list(NAMES)


async def test_they_work_on_an_agent_and_on_a_frozen_picture(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeEngine, "accepts_commands", False)
    async with running(session) as pilot:
        await pilot.press("f", "o", "slash", *"direct", "enter")
        await pilot.pause()
        assert set(rows_of(pilot)) == {NAMES[4], NAMES[5]}
