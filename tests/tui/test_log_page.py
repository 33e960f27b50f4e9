"""The event log's page: searched, and listed by level and target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaytop.monitor.event import Event, Level
from relaytop.tui.screens.log_page import LogPage
from relaytop.tui.widgets.lines import Lines
from tests.support.fake_engine import NAMES, NOW
from tests.tui.pilots import monitor_of, on_monitor, picture, running

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from relaytop.watch.session import Session


@pytest.fixture
def noted(session: Session) -> Session:
    levels: tuple[Level, ...] = ("info", "warning", "error")
    for number in range(30):
        target = NAMES[number % 2] if number % 5 else None
        text = f"event {number:02} of Alpha" if number % 3 else f"event {number:02} of beta"
        session.monitor.note(Event(NOW, "notice", levels[number % 3], target, text))
    return session


def page_of(pilot: Pilot[int]) -> LogPage:
    page = pilot.app.screen
    assert isinstance(page, LogPage)
    return page


def numbers(pilot: Pilot[int]) -> list[int]:
    """The numbers of the events in sight, newest first."""
    return [
        int(line.partition("event ")[2][:2])
        for line in picture(pilot).splitlines()[1:-1]
        if "event " in line
    ]


async def test_a_search_lists_and_marks_what_matches_so_far(noted: Session) -> None:
    async with running(noted) as pilot:
        await pilot.press("l", "slash", *"alp")
        await pilot.pause()
        assert numbers(pilot) == [n for n in range(29, -1, -1) if n % 3]
        total = len(noted.monitor.events())
        assert f"20 of {total}: /alp" in picture(pilot).splitlines()[0]
        body = page_of(pilot).query_one("#body", Lines)
        marked = {text for line in body.lines for text, role in line if role == "warn2"}
        assert marked == {"Alp"}
        await pilot.press(*"ha 07", "enter")
        await pilot.pause()
        assert numbers(pilot) == [7]
        await pilot.press("f", "f", "f", "slash", "end", "q", "enter")
        await pilot.pause()
        assert "no matching events" in picture(pilot)
        assert "/alpha 07q" in picture(pilot)


async def test_levels_and_the_selected_target(noted: Session) -> None:
    async with running(noted) as pilot:
        await pilot.press("j", "l", "f")
        await pilot.pause()
        assert all(number % 3 for number in numbers(pilot))
        assert "warnings and errors" in picture(pilot).splitlines()[0]
        await pilot.press("f")
        await pilot.pause()
        assert {number % 3 for number in numbers(pilot)} == {2}
        await pilot.press("f", "t")
        await pilot.pause()
        assert numbers(pilot) == [n for n in range(29, -1, -1) if n % 2 and n % 5]
        assert NAMES[1] in picture(pilot).splitlines()[0]


async def test_esc_goes_back_a_step_at_a_time(noted: Session) -> None:
    async with running(noted) as pilot:
        await pilot.press("l", "t", "slash", *"beta", "enter", "f")
        await pilot.pause()
        head = f"/beta, warnings and errors, {NAMES[0]}"
        for chosen in (head, f"/beta, {NAMES[0]}", NAMES[0], "newest first"):
            assert chosen in picture(pilot).splitlines()[0]
            await pilot.press("escape")
            await pilot.pause()
        assert on_monitor(pilot)


async def test_esc_while_typing_drops_the_search_alone(noted: Session) -> None:
    async with running(noted) as pilot:
        await pilot.press("l", "f", "slash", *"alpha", "escape")
        await pilot.pause()
        assert ": warnings and errors" in picture(pilot).splitlines()[0]
        assert "esc back" in picture(pilot).splitlines()[-1]


async def test_a_line_of_several_targets_is_each_ones(session: Session) -> None:
    for name in NAMES[:3]:
        session.monitor.note(
            Event(NOW + 60, "status", "error", name, "down: auth · no", "down", cause="auth")
        )
    async with running(session) as pilot:
        for key in ("home", "j", "j"):
            await pilot.press(key, "l", "t")
            await pilot.pause()
            assert "holysheep: 3 down, auth" in picture(pilot)
            await pilot.press("escape", "escape")
        await pilot.press("end", "l", "t")
        await pilot.pause()
        assert "holysheep: 3 down" not in picture(pilot)


async def test_five_thousand_events_at_once_are_read_on(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("l", "slash", *"event")
        for number in range(5000):
            session.monitor.note(Event(NOW, "notice", "info", None, f"event {number}"))
        monitor_of(pilot).read()
        await pilot.pause()
        lines = picture(pilot).splitlines()
        assert "2000 of 2000: /event" in lines[0]
        assert "event 4999" in lines[1]
