"""The dialog that changes today's budget."""

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from relaytop.protocol.messages import SetBudget
from relaytop.tui.screens.budget import BudgetScreen
from relaytop.watch.session import Session
from tests.support.fake_engine import engine_of, feed, session_of
from tests.tui.pilots import on_monitor, picture, running


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return feed(session_of(tmp_path))


def sent(session: Session) -> list[float]:
    return [c.usd for c in engine_of(session).commands if isinstance(c, SetBudget)]


def amount(pilot: Pilot[int]) -> str:
    return pilot.app.screen.query_one("#amount", Input).value


async def test_a_new_amount_and_y_change_it_up_and_down(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("dollar_sign")
        assert amount(pilot) == "1.00"
        assert "$0.4123 of $1.00 spent today (UTC)" in picture(pilot)
        await pilot.press("2", "y")
        assert on_monitor(pilot)
        await pilot.press("dollar_sign", *"0.50", "y")
        assert sent(session) == [2.0, 0.5]


@pytest.mark.parametrize("keys", [["enter"], ["2", "enter"], ["2", *["enter"] * 5]])
async def test_enter_alone_never_changes_it(session: Session, keys: list[str]) -> None:
    async with running(session) as pilot:
        await pilot.press("dollar_sign", *keys)
        assert isinstance(pilot.app.screen, BudgetScreen)
        assert sent(session) == []
        await pilot.press("escape")
        assert on_monitor(pilot)
        assert sent(session) == []


async def test_enter_and_then_y_do(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("dollar_sign", "2", "enter")
        await pilot.pause()
        assert "Set today's budget to $2.00? y/n" in picture(pilot)
        await pilot.press("y")
        assert sent(session) == [2.0]


@pytest.mark.parametrize("key", ["n", "escape", "q"])
async def test_no_leaves_it(session: Session, key: str) -> None:
    async with running(session) as pilot:
        await pilot.press("dollar_sign", "2", key)
        assert on_monitor(pilot)
        assert sent(session) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1..2", "'1..2' is not an amount: write USD as 2.50"),
        ("2000000", "out of range: from 0 to 1,000,000 USD"),
        ("0.3", "$0.4123 already spent: paid probes stop at once."),
        ("0", "No paid probes will be sent."),
        ("1", "Already today's budget: type another amount."),
    ],
)
async def test_it_says_what_comes_of_an_amount(session: Session, typed: str, said: str) -> None:
    async with running(session) as pilot:
        for size in ((120, 36), (60, 15)):
            await pilot.resize_terminal(*size)
            await pilot.press("dollar_sign", *typed)
            await pilot.pause()
            assert said in picture(pilot)
            await pilot.press("escape")


@pytest.mark.parametrize("typed", ["1..2", "2000000", "1"])
async def test_y_sends_nothing_where_it_is_none_or_the_same(session: Session, typed: str) -> None:
    async with running(session) as pilot:
        await pilot.press("dollar_sign", *typed, "y")
        assert sent(session) == []


def test_the_log_says_what_a_lower_one_stops(session: Session) -> None:
    session.set_budget(0.3)
    session.set_budget(0.0)
    session.set_budget(3.0)
    texts = [event.text for event in session.monitor.events()][-3:]
    assert texts == [
        "today's budget is now $0.30: $0.4123 already spent, paid probes stop",
        "today's budget is now $0.00: no paid probes will be sent",
        "today's budget is now $3.00",
    ]


async def test_of_keys_that_arrive_at_once_no_part_is_taken(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("dollar_sign")
        await pilot.pause()
        for key in ("0", "full_stop", "5", "y"):
            pilot.app.post_message(events.Key(key, "." if key == "full_stop" else key))
        for _ in range(10):
            await pilot.pause()
        if not on_monitor(pilot):  # the question had not been shown yet
            assert sent(session) == []
            assert "Set today's budget to $0.50? y/n" in picture(pilot)
            await pilot.press("y")
        assert sent(session) == [0.5]
