"""The looking keys on a recording: they know nothing of what is behind them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from relaytop.protocol.messages import Ready
from relaytop.store.recording import Recording
from relaytop.tui.screens.page import Page
from relaytop.watch.player import Player
from relaytop.watch.replay import ReplaySession
from tests.support.fake_engine import NAMES, NOW, app_of, incident
from tests.support.recordings import Wall, record
from tests.support.samples import settings
from tests.tui.everywhere import picture
from tests.tui.test_replay import arrived


@pytest.fixture
def session(tmp_path: Path) -> Iterator[ReplaySession]:
    reports = [report for _at, report in incident()]
    path = record(tmp_path / "rec", Ready(1), *reports, watched=settings(*NAMES))
    with Recording(path) as recording:
        player = Player(recording, speed=10.0, start_at=NOW - 1, wall=Wall())
        player.gather_s = 0.01
        yield ReplaySession(player, snapshots=tmp_path / "snapshots")


async def test_pages_filter_order_and_theme(session: ReplaySession) -> None:
    app = app_of(session)
    async with app.run_test(size=(120, 36)) as pilot:
        await arrived(pilot)
        for key, said in (("l", "degraded: p95"), ("e", "no errors seen"), ("c", "2 providers")):
            await pilot.press(key)
            await pilot.pause()
            assert isinstance(app.screen, Page)
            assert said in picture(pilot)
            await pilot.press("escape")
        await pilot.press("slash", *"direct", "enter", "o", "t")
        await arrived(pilot)
        assert app.monitor_screen._listed == [NAMES[4], NAMES[5]]
        assert app.theme == "textual-light"
        await pilot.press("left")
        await arrived(pilot)
        assert app.monitor_screen._listed == [NAMES[4], NAMES[5]]
