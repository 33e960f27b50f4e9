"""A recording in the monitor's screen: what it shows at three sizes, and what its keys do."""

import asyncio
import socket
import time
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from relaytop.protocol.messages import Budget, Finished, Hold, Notice, Report
from relaytop.store.recording import Recording
from relaytop.tui.keys import REPLAY_BINDINGS
from relaytop.tui.screens.help import HelpScreen
from relaytop.watch.player import Player
from relaytop.watch.replay import ReplaySession
from tests.support.fake_engine import NAMES, NOW, app_of
from tests.support.recordings import Wall, record
from tests.support.samples import T0, sample, settings
from tests.tui.pilots import app_in, monitor_of, notices, on_monitor, settled, shown
from tests.tui.test_screens import Compare, sized


@pytest.fixture(autouse=True)
def _utc(zone: Callable[[str], None]) -> None:
    zone("UTC")


async def arrived(pilot: Pilot[int]) -> None:
    """Wait until the moment that was looked for is shown."""
    player = app_in(pilot).session.player
    assert player is not None
    for _ in range(3):  # the player notices within its next look
        await asyncio.sleep(0.02)
        while player.searching:
            await pilot.pause(0.01)
    await settled(pilot)


def pressing(*keys: str) -> Callable[[Pilot[int]], object]:
    async def run(pilot: Pilot[int]) -> None:
        await arrived(pilot)
        for key in keys:
            await pilot.press(key)
            await arrived(pilot)

    return run


@asynccontextmanager
async def running(replay: ReplaySession) -> AsyncIterator[Pilot[int]]:
    app = app_of(replay)
    async with app.run_test(size=(120, 36)) as pilot:
        await arrived(pilot)
        yield pilot


@sized
def test_the_last_moment(
    snap_compare: Compare, replay: ReplaySession, size: tuple[int, int]
) -> None:
    assert snap_compare(app_of(replay), terminal_size=size, run_before=pressing("j"))


@sized
def test_standing_a_minute_before(
    snap_compare: Compare, replay: ReplaySession, size: tuple[int, int]
) -> None:
    keys = ("p", "left", "G", "z")
    assert snap_compare(app_of(replay), terminal_size=size, run_before=pressing(*keys))


@sized
def test_its_help(snap_compare: Compare, replay: ReplaySession, size: tuple[int, int]) -> None:
    assert snap_compare(app_of(replay), terminal_size=size, run_before=pressing("question_mark"))


async def test_the_recordings_figures_and_clock(replay: ReplaySession) -> None:
    async with running(replay) as pilot:
        assert "REPLAY ×10" in shown(pilot, "top")
        assert time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(NOW - 1))[-8:] in shown(pilot, "top")
        source = replay.monitor
        assert source.summary(NAMES[0], replay.clock()).requests == 60
        assert source.summary(NAMES[5], replay.clock()).status == "down"


async def test_left_and_right_home_and_end(replay: ReplaySession) -> None:
    async with running(replay) as pilot:

        async def after(key: str) -> tuple[float, int]:
            await pilot.press(key)
            await arrived(pilot)
            return replay.clock() - T0, replay.monitor.summary(NAMES[0], NOW).requests

        assert await after("left") == (239.0, 48)
        assert await after("left") == (179.0, 36)
        assert await after("right") == (239.0, 48)
        assert await after("home") == (0.0, 1)
        assert await after("left") == (0.0, 1)
        assert await after("end") == (299.0, 60)
        assert await after("right") == (299.0, 60)
        assert "end of the recording" in shown(pilot, "log")


async def test_p_stops_the_recording(replay: ReplaySession, wall: Wall) -> None:
    async with running(replay) as pilot:
        await pilot.press("home", "p")
        await arrived(pilot)
        wall.now += 10
        await arrived(pilot)
        assert "PAUSED" in shown(pilot, "top")
        assert replay.clock() == T0
        assert "‖" not in shown(pilot, "table")  # the targets were not paused
        await pilot.press("p")
        wall.now += 10
        await arrived(pilot)
        assert "PAUSED" not in shown(pilot, "top")
        assert replay.clock() == T0 + 100


async def test_a_chosen_window_outlives_going_back(replay: ReplaySession) -> None:
    async with running(replay) as pilot:
        before = replay.window
        await pilot.press("w", "left")
        await arrived(pilot)
        assert replay.window != before
        assert replay.monitor.overview(NOW).window == replay.window


async def test_what_a_recording_cannot_do_is_not_offered(replay: ReplaySession) -> None:
    async with running(replay) as pilot:
        for key in ("space", "plus", "minus", "a", "dollar_sign", "r"):
            await pilot.press(key)
            assert on_monitor(pilot)
        assert replay.interval_s(NAMES[0]) == 5.0
        assert "‖" not in shown(pilot, "table")
        keys = shown(pilot, "keys")
        for word in ("on/off", "add", "faster", "slower", "budget", "restart"):
            assert word not in keys
        await pilot.press("j", "j", "c")
        await pilot.pause()
        assert any(note.endswith(": no other provider of this model") for note in notices(pilot))
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)


async def test_a_snapshot_is_of_the_recordings_moment_and_machine(
    replay: ReplaySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded_on = socket.gethostname()
    monkeypatch.setattr(socket, "gethostname", lambda: "where it is played")
    async with running(replay) as pilot:
        await pilot.press("home")
        await arrived(pilot)
        await pilot.press("s")
    (path,) = replay.snapshots.iterdir()
    document = tomllib.loads(path.read_text())
    assert document["taken_at"].timestamp() == T0
    assert document["targets"][0]["requests"] == 1
    assert document["host"] == recorded_on


async def test_the_frozen_picture_stays_while_the_recording_goes_on(
    replay: ReplaySession, wall: Wall
) -> None:
    async with running(replay) as pilot:
        await pilot.press("home")
        await arrived(pilot)
        await pilot.press("f")
        before = shown(pilot, "table")
        wall.now += 10
        assert replay.player is not None
        replay.player.poll_interval_s = 0.01
        await arrived(pilot)
        assert shown(pilot, "table") == before
        assert "FROZEN" in shown(pilot, "top")
        await pilot.press("f")
        while replay.clock() < T0 + 100:  # it looked less often while the picture was frozen
            await arrived(pilot)
        assert replay.clock() == T0 + 100
        assert shown(pilot, "table") != before


async def test_g_goes_to_the_first_target_for_home_is_taken(replay: ReplaySession) -> None:
    async with running(replay) as pilot:
        screen = monitor_of(pilot)
        await pilot.press("G")
        assert screen.selected == NAMES[-1]
        await pilot.press("g")
        assert screen.selected_group == "provider:holysheep"


async def test_it_leaves_with_0(replay: ReplaySession) -> None:
    async with running(replay) as pilot:
        await pilot.press("q")
    assert pilot.app.return_code == 0
    assert not replay.snapshots.exists()


HOSTILE = ("[red]r/[link=x]m", "漢字/" + "模型" * 900, "r/" + "e\u0301" * 900, "r/" + "x" * 20_000)


async def test_whatever_a_recording_names_is_drawn(tmp_path: Path) -> None:
    reports: list[Report] = [
        Notice("error", "[bold]" + "漢" * 5000),
        Hold(HOSTILE[1], 1e11, "x" * 900, asked=True),
    ]
    for at, name in enumerate(HOSTILE):
        reports += [
            Finished(sample(at, 1e11, target=name, ttft_ms=1e11, tokens=(10**15, 10**15))),
            Finished(sample(at, target=name, error="auth", message="[/]" + "\u0301" * 500)),
            Finished(sample(at, -65_000.0, target=name, cost_usd=1e11)),
        ]
    reports.append(Budget(1e11, -1.0, "odd"))
    path = record(tmp_path / "rec", *reports, watched=settings(*HOSTILE))
    with Recording(path) as recording:
        assert recording.broken == 0
        player = Player(recording, speed=1.0, start_at=recording.ended_at, wall=Wall())
        replay = ReplaySession(player, snapshots=tmp_path)
        for size in ((80, 24), (200, 50)):
            app = app_of(replay)
            async with app.run_test(size=size) as pilot:
                await arrived(pilot)
                for key in ("j", "z", "j", "z", "j", "s", "question_mark", "escape", "end", "home"):
                    await pilot.press(key)
                    await arrived(pilot)
                assert "REPLAY" in shown(pilot, "top")
            assert app.return_code in {0, None}


def test_every_key_has_an_id_a_tooltip_and_a_group() -> None:
    found = [binding for binding in REPLAY_BINDINGS if not isinstance(binding, tuple)]
    assert len(found) == len(REPLAY_BINDINGS)
    assert len({binding.id for binding in found}) == len(found)
    assert all(binding.tooltip and binding.group for binding in found)
