"""Clicks, the wheel, and the keys that go a screen up or down."""

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from relaytop.protocol.messages import Finished, Report
from relaytop.tui.constants import WHEEL_ROWS
from relaytop.watch.session import Session
from tests.support.fake_engine import feed, session_of
from tests.support.samples import T0, sample
from tests.tui.pilots import app_in, monitor_of, notices, picture, running, shown

MANY = [f"relay/model-{number:02d}" for number in range(40)]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return feed(session_of(tmp_path))


@pytest.fixture
def many(tmp_path: Path) -> Session:
    reports: list[tuple[float, Report]] = [
        (T0 + at, Finished(sample(at, 100.0 + number, target=name)))
        for number, name in enumerate(MANY)
        for at in (float(number), 60.0 + number)
    ]
    return feed(session_of(tmp_path, *MANY), reports)


def rows(pilot: Pilot[int]) -> list[str]:
    return [line.split()[1] for line in shown(pilot, "table").splitlines()[1:] if line.strip()]


async def wheel(pilot: Pilot[int], steps: int) -> None:
    """Turn the wheel down over the table, or up where `steps` is negative."""
    kind = events.MouseScrollDown if steps > 0 else events.MouseScrollUp
    for _ in range(abs(steps)):
        await pilot._post_mouse_events([kind], "#table", (10, 3))
    await pilot.pause()


async def click_title(pilot: Pilot[int], title: str) -> None:
    at = shown(pilot, "table").splitlines()[0].index(title)
    await pilot.click("#table", (at, 0))
    await pilot.pause()


def column_of(pilot: Pilot[int], title: str) -> list[str]:
    """The cells below a title that is flush right."""
    head, *lines = shown(pilot, "table").splitlines()
    end = head.index(title) + len(title)
    return [line[end - 6 : end].strip() for line in lines if line[end - 6 : end].strip()]


async def test_a_click_on_a_title_sorts_by_it_and_another_reverses(session: Session) -> None:
    async with running(session) as pilot:
        await pilot.press("b", "b")  # no groups
        await click_title(pilot, "P50")
        figures = [int(cell) for cell in column_of(pilot, "P50")]
        assert figures == sorted(figures, reverse=True)
        assert monitor_of(pilot).row_query.column == "p50"
        await click_title(pilot, "P50")
        figures = [int(cell) for cell in column_of(pilot, "P50")]
        assert figures == sorted(figures)
        await click_title(pilot, "P50")
        assert not monitor_of(pilot).row_query.reverse
        await click_title(pilot, "err%")
        assert monitor_of(pilot).row_query.column == "error"


async def test_a_title_that_nothing_is_sorted_by_says_so(session: Session) -> None:
    async with running(session) as pilot:
        before = monitor_of(pilot).row_query
        await click_title(pilot, "latency")
        assert monitor_of(pilot).row_query == before
        assert notices(pilot) == ["cannot sort by latency"]


async def test_the_order_that_holds_unasked_is_reversed_by_its_title(many: Session) -> None:
    async with running(many) as pilot:
        query = monitor_of(pilot).row_query
        assert (query.column, query.reverse) == (None, False)
        await pilot.click("#table", (1, 0))
        query = monitor_of(pilot).row_query
        assert (query.column, query.reverse) == ("status", True)


async def test_the_wheel_scrolls_and_selects_nothing(many: Session) -> None:
    async with running(many) as pilot:
        selected, before = monitor_of(pilot).selected, rows(pilot)
        await wheel(pilot, 2)
        assert rows(pilot)[0] == before[2 * WHEEL_ROWS]
        assert monitor_of(pilot).selected == selected
        monitor_of(pilot).read()
        await pilot.pause()
        assert rows(pilot)[0] == before[2 * WHEEL_ROWS]
        await wheel(pilot, -1)
        assert rows(pilot)[0] == before[WHEEL_ROWS]
        await wheel(pilot, -9)
        assert rows(pilot) == before
        await wheel(pilot, 99)
        assert rows(pilot)[-1] == monitor_of(pilot).listed[-1]


async def test_a_key_brings_the_selected_row_back_in_sight(many: Session) -> None:
    async with running(many) as pilot:
        await wheel(pilot, 99)
        await pilot.press("j")
        await pilot.pause()
        assert monitor_of(pilot).selected in rows(pilot)
        await wheel(pilot, 99)
        await pilot.press("home")
        await pilot.pause()
        assert rows(pilot)[0] == monitor_of(pilot).listed[0]


async def test_a_click_selects_the_row_under_it_after_the_wheel(many: Session) -> None:
    async with running(many) as pilot:
        await wheel(pilot, 3)
        before = rows(pilot)
        await pilot.click("#table", (10, 4))
        await pilot.pause()
        assert rows(pilot) == before
        assert monitor_of(pilot).selected == before[3]


async def test_rows_that_are_read_keep_their_place_where_others_become_worse(
    many: Session,
) -> None:
    async with running(many) as pilot:
        await pilot.press("W")
        await wheel(pilot, 2)
        top = rows(pilot)[0]
        for at in range(3):
            many.monitor.apply(
                Finished(sample(300.0 + at, error="connect", target=MANY[-1])), T0 + 300 + at
            )
        monitor_of(pilot).read_clock = lambda: 1e9
        monitor_of(pilot).read()
        await pilot.pause()
        assert rows(pilot)[0] == top


async def test_page_keys_go_a_screen_of_rows(many: Session) -> None:
    async with running(many) as pilot:
        seen, listed = rows(pilot), monitor_of(pilot).listed
        assert monitor_of(pilot).selected == listed[0] == seen[0]
        await pilot.press("pagedown")
        await pilot.pause()
        assert monitor_of(pilot).selected == listed[len(seen)]
        assert rows(pilot) == listed[len(seen) : 2 * len(seen)]
        await pilot.press("pageup")
        await pilot.pause()
        assert (monitor_of(pilot).selected, rows(pilot)) == (listed[0], seen)
        await pilot.press(*["pagedown"] * 9)
        await pilot.pause()
        assert (monitor_of(pilot).selected, rows(pilot)) == (listed[-1], listed[-len(seen) :])
        await pilot.press(*["pageup"] * 9)
        await pilot.pause()
        assert (monitor_of(pilot).selected, rows(pilot)) == (listed[0], seen)


async def test_the_wheel_scrolls_a_page_too(many: Session) -> None:
    async with running(many) as pilot:
        for number in range(60):
            many.note("notice", "info", f"line {number}")
        await pilot.press("l")
        await pilot.pause()
        assert "line 59" in picture(pilot)
        await pilot._post_mouse_events([events.MouseScrollDown], "#body", (10, 3))
        await pilot.pause()
        assert "line 59" not in picture(pilot)
        assert "line 56" in picture(pilot)


async def test_m_leaves_the_mouse_to_the_terminal_and_takes_it_again(session: Session) -> None:
    async with running(session) as pilot:
        assert app_in(pilot).mouse
        await pilot.press("m")
        assert not app_in(pilot).mouse
        await pilot.press("m")
        assert app_in(pilot).mouse
        assert notices(pilot) == ["mouse off: the terminal selects text", "mouse on"]
