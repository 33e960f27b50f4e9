"""What an official status page says, on the screen: beside the target, not in its status."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.protocol.messages import StatusPage
from relaytop.wire.facts import OfficialIncident, OfficialStatus
from tests.support.fake_engine import NAMES, NOW, incident, session_of
from tests.tui.pilots import clock_of, running, settled, shown

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

MINUTE_S = 60.0
ERRORS = OfficialIncident("1", "Errors", "major", "monitoring", NOW - 43 * MINUTE_S)
PAGE = StatusPage("u", ("holysheep",), OfficialStatus("major", "Outage", (ERRORS,)), NOW)
WORDS = "(major), monitoring, 43 min"


def detail(pilot: Pilot[int]) -> str:
    """The panel's text in one line."""
    return " ".join(shown(pilot, "panel").split())


async def test_the_detail_tells_of_the_selected_targets_provider_alone(tmp_path: Path) -> None:
    session = session_of(tmp_path)
    clock_of(session).now = NOW
    for at, report in incident():
        session.monitor.apply(report, at)
    statuses = [session.monitor.summary(name, NOW).status for name in NAMES]
    session.monitor.apply(PAGE, NOW)
    async with running(session) as pilot:
        await settled(pilot)
        assert WORDS in detail(pilot)
        await pilot.press("f")
        closed = dataclasses.replace(PAGE, status=OfficialStatus("none", "All well"))
        session.monitor.apply(closed, NOW)
        await settled(pilot)
        assert WORDS in detail(pilot)
        await pilot.press("f")
        await settled(pilot)
        assert "status page: no incidents" in detail(pilot)
        await pilot.press("end")
        await settled(pilot)
        assert "status page: " not in detail(pilot)
    assert [session.monitor.summary(name, NOW).status for name in NAMES] == statuses
