"""Parts of a running app that tests look at: its screen, its text, its notices."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from relaytop.tui.app import RelaytopApp
from relaytop.tui.screens.model_picker import ModelPicker
from relaytop.tui.widgets.lines import Lines
from tests.support.fake_engine import FakeClock, app_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from relaytop.tui.screens.monitor import MonitorScreen
    from relaytop.watch.session import Session


@asynccontextmanager
async def running(session: Session) -> AsyncIterator[Pilot[int]]:
    app = app_of(session)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        yield pilot


def app_in(pilot: Pilot[int]) -> RelaytopApp:
    assert isinstance(pilot.app, RelaytopApp)
    return pilot.app


def monitor_of(pilot: Pilot[int]) -> MonitorScreen:
    return app_in(pilot).monitor_screen


def on_monitor(pilot: Pilot[int]) -> bool:
    """Whether no page and no dialog is over the monitor."""
    return pilot.app.screen is monitor_of(pilot)


def picker_of(pilot: Pilot[int]) -> ModelPicker:
    screen = pilot.app.screen
    assert isinstance(screen, ModelPicker)
    return screen


def lines_of(pilot: Pilot[int], part: str) -> Lines:
    return monitor_of(pilot).query_one(f"#{part}", Lines)


def shown(pilot: Pilot[int], part: str) -> str:
    """The text of a part of the monitor."""
    return lines_of(pilot, part).text


def shown_zoom(pilot: Pilot[int]) -> str:
    """The text of the zoomed chart with its caption and the failure that is looked at."""
    return "\n".join(shown(pilot, part) for part in ("caption", "chart", "failure"))


def picture(pilot: Pilot[int]) -> str:
    """All that is on the screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


def notices(pilot: Pilot[int]) -> list[str]:
    """The notices in a corner of the screen."""
    return [notice.message for notice in pilot.app._notifications]


async def settled(pilot: Pilot[int]) -> None:
    """Let the chart's thread finish and the screen be read again."""
    monitor_of(pilot).draw_charts()
    await pilot.pause()
    for worker in [each for each in pilot.app.workers if each.group == "chart"]:
        await worker.wait()
    monitor_of(pilot).read()
    await pilot.pause()


def clock_of(session: Session) -> FakeClock:
    assert isinstance(session.clock, FakeClock)
    return session.clock
