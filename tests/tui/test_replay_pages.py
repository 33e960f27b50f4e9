"""The looking keys on a recording: they know nothing of what is behind them."""

from relaytop.tui.screens.page import Page
from relaytop.watch.replay import ReplaySession
from tests.support.fake_engine import NAMES, app_of
from tests.tui.pilots import picture, shown, shown_zoom
from tests.tui.test_replay import arrived


async def test_pages_filter_order_and_theme(replay: ReplaySession) -> None:
    app = app_of(replay)
    async with app.run_test(size=(120, 36)) as pilot:
        await arrived(pilot)
        for key, said in (("l", "degraded: 3 of"), ("e", "no errors seen"), ("c", "2 providers")):
            await pilot.press(key)
            await pilot.pause()
            assert isinstance(app.screen, Page)
            assert said in picture(pilot)
            await pilot.press("escape")
        await pilot.press("slash", *"direct", "enter", "o", "o", "o", "t")
        await arrived(pilot)
        assert app.monitor_screen.listed == [NAMES[5], NAMES[4]]
        assert app.theme == "relaytop-light"
        await pilot.press("left")
        await arrived(pilot)
        assert app.monitor_screen.listed == [NAMES[5], NAMES[4]]


async def test_the_arrows_move_the_zoomed_charts_range_and_not_the_recording(
    replay: ReplaySession,
) -> None:
    app = app_of(replay)
    async with app.run_test(size=(120, 36)) as pilot:
        await arrived(pilot)
        now = replay.clock()
        await pilot.press("G", "z", "left_square_bracket", "left")
        await arrived(pilot)
        assert replay.clock() == now
        assert " PAST " in shown_zoom(pilot)
        await pilot.press("comma")
        await arrived(pilot)
        assert "  connect" in shown(pilot, "failure")
        assert "Connection refused" in shown(pilot, "failure")
        await pilot.press("end")
        await arrived(pilot)
        assert " PAST " not in shown_zoom(pilot)
        await pilot.press("z", "left")
        await arrived(pilot)
        assert replay.clock() == now - 60
