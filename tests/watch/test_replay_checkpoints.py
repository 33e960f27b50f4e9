"""Going back in a replay: from the nearest checkpoint, to the very state that playing brings."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relaytop.config.durations import parse_window
from relaytop.protocol.messages import Budget, Report
from relaytop.store.recording import Recording
from relaytop.watch.checkpoints import MOST, Checkpoints
from relaytop.watch.player import Player
from relaytop.watch.replay import ReplaySession
from tests.support.recordings import Wall, bad, good, minutes, pulse, record
from tests.support.samples import T0
from tests.support.samples import settings as watched

TARGETS = ("relay/m", "relay/n", "other/m")


class Replay:
    """A replay that stands still, and goes where it is told."""

    def __init__(self, path: Path) -> None:
        self.recording = Recording(path)
        self.player = Player(self.recording, speed=1.0, wall=Wall())
        self.player.poll_interval_s = 0.0
        self.player.toggle()
        self.session = ReplaySession(self.player, snapshots=path.parent)
        self.applied = 0
        self._arrived = asyncio.Event()
        self.player.on_arrival = self._arrived.set
        self._task = asyncio.ensure_future(self._work())

    async def _work(self) -> None:
        async for batch in self.player.reports():
            self.session.apply(batch)
            self.applied += len(batch)

    async def go(self, at: float) -> None:
        """Go to so many seconds after `T0`."""
        self.player.seek(T0 + at)
        async with asyncio.timeout(60):
            await self._arrived.wait()
        self._arrived.clear()

    def state(self) -> dict[str, Any]:
        """Everything that is shown."""
        session = self.session
        names = session.monitor.targets()
        return {
            "document": session.document(),
            "events": list(session.monitor.events()),
            "alerts": session.alerting.firing,
            "overview": session.monitor.overview(session.clock()),
            "groups": [list(session.monitor.error_groups(name)) for name in names],
            # Not the bins: a chart keeps those that it has drawn, also of samples that are gone.
            "points": [str(session.monitor.points(name, T0, T0 + 600.0)) for name in names],
        }

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.recording.close()


async def state_at(path: Path, at: float) -> dict[str, Any]:
    """The state that playing from the beginning brings."""
    fresh = Replay(path)
    await fresh.go(at)
    found = fresh.state()
    await fresh.close()
    return found


def incidents(kind: int) -> list[Report]:
    """Ten minutes of three targets, some of which fail, are slow, or stay away for a while."""
    found: list[Report] = [Budget(0.0, 1.0, "ok")]
    for second in range(600):
        if second % 5 == 0:
            for number, name in enumerate(TARGETS):
                phase = (second // 60 + number * kind) % 7
                if phase == 1:
                    found.append(bad(float(second), name, "timeout" if kind % 2 else "overloaded"))
                elif phase == 2:
                    found.append(good(float(second), name, 100.0 + 40 * (second % 90)))
                elif phase != 3:
                    found.append(good(float(second), name, 100.0 + second % 7))
                if phase == 5 and second > 60:  # a slow one, which ended before what is known
                    found.append(good(second - 13.0, name, 9000.0))
        found.append(pulse(second + 0.5))
    return found


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.integers(1, 6),
    history=st.sampled_from([12, 100, 3600]),
    goals=st.lists(st.integers(0, 599).map(float), min_size=2, max_size=6),
)
def test_wherever_one_goes_the_state_is_that_of_playing(
    kind: int, history: int, goals: list[float]
) -> None:
    async def check(folder: Path) -> None:
        of = watched(*TARGETS, history=history)
        path = record(folder / "r.jsonl", *incidents(kind), watched=of)
        replay = Replay(path)
        await replay.go(599.0)
        for goal in goals:
            await replay.go(goal)
            assert replay.state() == await state_at(path, goal)
        await replay.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(check(Path(folder)))


async def test_going_back_reads_only_from_the_checkpoint_on(tmp_path: Path) -> None:
    path = record(tmp_path / "r.jsonl", *minutes(30))
    replay = Replay(path)
    await replay.go(1790.0)
    everything, replay.applied = replay.applied, 0
    await replay.go(1790.0 - 600.0)
    assert replay.applied < everything / 20
    replay.applied = 0
    await replay.go(1780.0)
    assert replay.applied < everything / 20
    await replay.close()


async def test_a_window_that_is_changed_is_played_from_the_beginning(tmp_path: Path) -> None:
    path = record(tmp_path / "r.jsonl", *minutes(10))
    replay = Replay(path)
    await replay.go(590.0)
    replay.session.set_window(parse_window("1m"))
    await replay.go(300.0)
    assert replay.session.window == parse_window("1m")
    assert replay.state()["overview"].window == parse_window("1m")
    fresh = Replay(path)
    fresh.session.set_window(parse_window("1m"))
    await fresh.go(300.0)
    assert replay.state() == fresh.state()
    await fresh.close()
    await replay.close()


async def test_snoozes_stay_wherever_one_goes(tmp_path: Path) -> None:
    path = record(tmp_path / "r.jsonl", *incidents(1), watched=watched(*TARGETS))
    replay = Replay(path)
    await replay.go(590.0)
    replay.session.alerting.snooze("relay/m", T0 + 10_000.0)
    await replay.go(300.0)
    assert replay.session.alerting.snoozed == {"relay/m": T0 + 10_000.0}
    await replay.close()


def test_their_number_is_bounded() -> None:
    for span_s in (60.0, 3600.0, 86_400.0, 30 * 86_400.0):
        kept = Checkpoints(T0, T0 + span_s)
        due = [at for at in range(0, int(span_s), 30) if kept.is_due(T0 + at)]
        assert span_s / kept.spacing_s <= MOST
        assert kept.spacing_s >= 60.0
        assert bool(due) == (span_s > 60.0)
