"""Targets of a replay: those that were watched at the moment that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaytop.protocol.messages import StatusPage
from relaytop.wire.facts import OfficialStatus
from tests.support.recordings import bad, good, pulse, record
from tests.support.samples import T0, settings
from tests.watch.test_replay_checkpoints import Replay, state_at

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.protocol.messages import Report

SECOND_RUN_S = 1800
END_S = 2400


def reports(start: int, end: int, *failing: str) -> list[Report]:
    """A run of seconds, in which `relay/m` answers and others do not."""
    found: list[Report] = []
    for second in range(start, end):
        if second % 5 == 0:
            found.append(good(float(second)))
            found += [bad(float(second), name, "auth") for name in failing]
        found.append(pulse(second + 0.5))
    return found


@pytest.fixture
def two_runs(tmp_path: Path) -> Path:
    """Two runs in one file: what is down in the first is not watched in the second."""
    path = tmp_path / "rec"
    record(path, *reports(0, 600, "old/x"), watched=settings("relay/m", "old/x"))
    second = reports(SECOND_RUN_S, END_S, "new/y")
    return record(path, *second, watched=settings("relay/m", "new/y"))


async def test_what_the_later_run_does_not_watch_is_neither_listed_nor_alerts(
    two_runs: Path,
) -> None:
    replay = Replay(two_runs)
    session = replay.session
    assert session.monitor.targets() == ("relay/m", "old/x")
    await replay.go(590.0)
    assert [alert.key for alert in session.alerting.firing] == ["old/x"]
    await replay.go(END_S - 10.0)
    assert session.monitor.targets() == ("relay/m", "new/y")
    assert [alert.key for alert in session.alerting.firing] == ["new/y"]
    assert session.monitor.overview(session.clock()).counts == {"up": 1, "down": 1}
    await replay.close()


async def test_going_back_brings_back_what_was_watched_then(two_runs: Path) -> None:
    replay = Replay(two_runs)
    for at in (END_S - 10.0, 590.0, 300.0, 0.0, SECOND_RUN_S + 300.0, 400.0):
        await replay.go(at)
        assert replay.state() == await state_at(two_runs, at)
        other = "new/y" if at >= SECOND_RUN_S else "old/x"
        assert replay.session.monitor.targets() == ("relay/m", other)
    await replay.close()


async def test_an_official_status_outlives_a_change_of_targets(tmp_path: Path) -> None:
    page = StatusPage("u", ("relay",), OfficialStatus("none", "All well", ()), T0)
    path = tmp_path / "rec"
    record(path, page, *reports(0, 60), watched=settings("relay/m", "old/x"))
    record(path, *reports(60, 120), watched=settings("relay/m"))
    replay = Replay(path)
    await replay.go(119.0)
    assert replay.session.monitor.overview(replay.session.clock()).status_pages == (page,)
    await replay.close()


async def test_a_run_of_the_same_targets_goes_on_with_what_is_known(tmp_path: Path) -> None:
    path = tmp_path / "rec"
    for start in (0, 300):
        watched = settings("relay/m", "old/x")
        record(path, *reports(start, start + 300, "old/x"), watched=watched)
    replay = Replay(path)
    await replay.go(599.0)
    summary = replay.session.monitor.summary("relay/m", replay.session.clock())
    assert summary.requests == 120
    await replay.close()
