"""Without colours nothing is lost, and nothing breaks."""

from pathlib import Path

import pytest

from relaytop.tui.draw.glyphs import UNICODE
from tests.support.fake_engine import app_of
from tests.tui.everywhere import PLACES
from tests.tui.pilots import picture, settled


@pytest.mark.parametrize("place", PLACES)
async def test_every_screen_shows_without_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    make, go = PLACES[place]
    app = app_of(make(tmp_path), UNICODE)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await go(pilot)
        await settled(pilot)
        assert app.no_color
        await pilot.resize_terminal(60, 15)
        await settled(pilot)
        assert picture(pilot).strip()
