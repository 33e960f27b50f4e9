"""The failures of a target: groups that unfold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.protocol.messages import Finished
from relaytop.tui.draw.error_page import group_items, key_of
from relaytop.tui.draw.glyphs import ASCII, UNICODE
from relaytop.tui.draw.text_runs import line_width
from tests.support.fake_engine import NAMES, NOW
from tests.support.samples import T0, sample
from tests.tui.pilots import monitor_of, on_monitor, picture, running

if TYPE_CHECKING:
    from relaytop.watch.session import Session

TARGET = NAMES[0]


def fail(session: Session, at: float, error: str, message: str) -> None:
    made = sample(NOW - T0 + at, target=TARGET, error=error, message=message)
    session.monitor.apply(Finished(made), NOW + at)


def fed(session: Session) -> Session:
    for number in range(70):
        fail(session, number, "timeout", f"no whole answer after {number} s")
    fail(session, 80, "gateway", "bad gateway " + "very " * 60 + "bad")
    return session


async def test_groups_are_counted_and_unfold_to_the_newest_failures(session: Session) -> None:
    async with running(fed(session)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        lines = picture(pilot).splitlines()
        assert lines[1].split() == ["class", "count", "first", "last"]
        assert lines[2].split()[:3] == ["▌+", "timeout", "70"]
        assert "no whole answer after 69 s" in lines[3]
        assert "id req-1, req-1, req-1" in lines[4]
        assert any(line.split()[:3] == ["+", "gateway", "1"] for line in lines)
        await pilot.press("enter")
        await pilot.pause()
        text = picture(pilot)
        assert "▌- timeout" in text
        assert "no whole answer after 68 s" in text
        for _ in range(50):
            await pilot.press("j")
        await pilot.pause()
        text = picture(pilot)
        assert "21 older failures: counted, details not kept" in text
        assert "▌+ gateway" in text
        await pilot.press("k", "enter")
        await pilot.pause()
        assert picture(pilot).splitlines()[2].split()[:2] == ["▌+", "timeout"]
        await pilot.press("escape")
        assert on_monitor(pilot)


async def test_what_is_selected_stays_so_while_others_fail(session: Session) -> None:
    async with running(fed(session)) as pilot:
        await pilot.press("e", "j")
        await pilot.pause()
        assert "▌+ gateway" in picture(pilot)
        for number in range(90):
            fail(session, 100 + number, "gateway", "another kind")
        monitor_of(pilot).read()
        await pilot.pause()
        lines = picture(pilot).splitlines()
        assert "▌" not in lines[2]
        (selected,) = [line for line in lines if "▌" in line]
        assert selected.split()[1:3] == ["gateway", "1"]


def test_no_line_is_wider_than_the_page(session: Session) -> None:
    monitor = fed(session).monitor
    groups, errors = monitor.error_groups(TARGET), monitor.errors(TARGET)
    unfolded = {key_of(group) for group in groups}
    for width in (20, 60, 79, 200):
        for glyphs in (UNICODE, ASCII):
            items = group_items(
                groups, errors, NOW + 90_000, width, glyphs, unfolded=unfolded, cursor=errors[0]
            )
            assert max(line_width(line) for _owner, lines in items for line in lines) <= width
            assert sum(owner in errors for owner, _lines in items) == 50
