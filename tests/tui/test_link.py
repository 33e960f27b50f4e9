"""A link that is slow, because the user says so or the terminal does not keep up."""

import pytest

from relaytop.tui.app import RelaytopApp
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.link import FAST_AFTER_S, SLOW_CHART_S, SLOW_REDRAW_S, Link
from relaytop.tui.terminal.link_meter import LinkMeter
from relaytop.watch.session import Session
from tests.tui.pilots import app_in, clock_of, monitor_of, running, settled, shown


def test_one_that_was_said_to_be_slow_stays_so() -> None:
    link = Link(said_slow=True)
    link.meter = LinkMeter()
    for now_s in (0.0, 1000.0):
        link.look(now_s)
        assert link.is_slow


def test_one_whose_terminal_is_behind_is_slow_until_a_minute_without_that() -> None:
    link, meter = Link(), LinkMeter()
    link.look(5.0)  # no driver, no meter
    link.meter = meter

    def is_slow(at_s: float) -> bool:
        link.look(at_s)
        return link.is_slow

    meter.stalled(10.0)
    assert not is_slow(10.9)
    assert is_slow(11.1)
    meter.drained(12.0)
    assert is_slow(20.75)  # 1.25 s of the last ten
    assert is_slow(20.75 + FAST_AFTER_S)
    assert not is_slow(21.0 + FAST_AFTER_S)


def test_only_a_slow_one_keeps_charts_and_coarsens_bins() -> None:
    usual, slow = Link(), Link(said_slow=True)
    assert not usual.keeps_chart(1.0)
    assert slow.keeps_chart(1.0)
    assert not slow.keeps_chart(SLOW_CHART_S)
    assert usual.shortest_bin_s(5.0, 600.0) == 5.0
    assert slow.shortest_bin_s(5.0, 600.0) == 60.0
    assert slow.shortest_bin_s(120.0, 600.0) == 120.0


def test_sparklines_of_a_slow_one_end_at_a_step_of_time() -> None:
    slow = Link(said_slow=True)
    assert Link().sparkline_end(119.0, 5.0) == 119.0
    assert [slow.sparkline_end(now, 5.0) for now in (100.0, 119.0, 120.0)] == [100, 100, 120]
    assert slow.sparkline_end(119.0, 110.0) == 119.0, "the first seconds are shown as they come"
    assert slow.sparkline_end(119.0, None) == 119.0


async def test_the_chart_stays_for_twenty_seconds_unless_another_is_asked_for(
    session: Session,
) -> None:
    app = RelaytopApp(session, UNICODE, slow_link=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        clock, first = clock_of(session), shown(pilot, "chart")
        assert "drawing" not in first
        clock.now += SLOW_CHART_S - 1
        await settled(pilot)
        assert shown(pilot, "chart") == first
        await pilot.press("j")
        await settled(pilot)
        second = shown(pilot, "chart")
        assert second != first
        clock.now += 400
        await settled(pilot)
        assert shown(pilot, "chart") != second


async def test_the_top_line_says_that_it_is_slow_and_what_it_carries(session: Session) -> None:
    async with running(session) as pilot:
        link = app_in(pilot).link
        assert "SLOW LINK" not in shown(pilot, "top")
        meter = LinkMeter()
        meter.stalled(0.0)
        link.meter = meter
        meter.sent(1230, 8.0)
        link.look(8.0)
        monitor_of(pilot).read()
        assert "SLOW LINK" in shown(pilot, "top")
        assert "B/s" not in shown(pilot, "top")
        await pilot.press("B")
        await pilot.pause()
        assert "123 B/s" in shown(pilot, "top")
        await pilot.press("B")
        await pilot.pause()
        assert "B/s" not in shown(pilot, "top")


@pytest.mark.parametrize(("behind_s", "is_now"), [(SLOW_REDRAW_S, True), (1.5, False)])
async def test_a_terminal_that_was_behind_for_long_is_shown_the_figures_of_now(
    session: Session, behind_s: float, *, is_now: bool
) -> None:
    app = RelaytopApp(session, UNICODE, slow_link=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        before = shown(pilot, "top")
        clock_of(session).now += 40
        app.caught_up(behind_s)
        await pilot.pause()
        assert (shown(pilot, "top") != before) == is_now
