"""Fixtures of the screen's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import _wait, screen

from relaytop.protocol.messages import Ready
from relaytop.store.recording import Recording
from relaytop.watch.player import Player
from relaytop.watch.replay import ReplaySession
from relaytop.watch.session import Session
from tests.support.fake_engine import NAMES, NOW, feed, incident, session_of
from tests.support.recordings import Wall, record
from tests.support.samples import settings

FRAME_S = 0.002
"""Between two frames: 17 ms in Textual."""
LOOK_S = 0.01
"""Between two looks whether Textual is idle: 20 ms in Textual. It is longer than a frame, and than
the 8 ms after which Textual follows a resize."""
BUSY_SHARE = 0.05
"""Of this time the process may compute and still be called idle, as in Textual."""


@pytest.fixture(autouse=True, scope="session")
def _short_pauses() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screen, "UPDATE_PERIOD", FRAME_S)
        patch.setattr(_wait, "SLEEP_GRANULARITY", LOOK_S)
        patch.setattr(_wait, "SLEEP_IDLE", LOOK_S * BUSY_SHARE)
        patch.setattr(_wait.wait_for_idle, "__defaults__", (LOOK_S, 1.0))
        yield


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """Five minutes in which some targets fail."""
    return feed(session_of(tmp_path))


@pytest.fixture
def wall() -> Wall:
    """The clock of a recording that is played: no second passes unless a test says so."""
    return Wall()


@pytest.fixture
def replay(tmp_path: Path, wall: Wall) -> Iterator[ReplaySession]:
    """The same five minutes as a recording, at their last moment."""
    reports = [report for _at, report in incident()]
    path = record(tmp_path / "rec", Ready(1), *reports, watched=settings(*NAMES))
    with Recording(path) as recording:
        player = Player(recording, speed=10.0, start_at=NOW - 1, wall=wall)
        player.poll_interval_s = 0.01
        yield ReplaySession(player, snapshots=tmp_path / "snapshots")
