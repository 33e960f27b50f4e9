"""Playing a recording: every report in its time, wherever one goes."""

import asyncio
import errno
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relaytop.protocol.messages import Budget, Finished, Notice, Pause, Report
from relaytop.store.recording import Recording, moment_of
from relaytop.watch.player import Player
from tests.support.recordings import Wall, good, lines_of, minutes, pulse, record, write
from tests.support.samples import T0
from tests.support.samples import settings as watched

END = 599.5
"""The end of ten recorded minutes, in seconds after `T0`."""


class Playing:
    """A player at work, and what it has yielded since it last began anew."""

    def __init__(self, player: Player, wall: Wall) -> None:
        self.player = player
        self.wall = wall
        self.seen: list[Report] = []
        self.arrivals = 0
        player.on_rewind = self.seen.clear
        player.on_arrival = self._arrived

    def _arrived(self) -> None:
        self.arrivals += 1

    async def work(self) -> None:
        async for batch in self.player.reports():
            self.seen += batch

    async def settle(self) -> None:
        for _ in range(400):
            await asyncio.sleep(0)

    async def run(self, seconds: float) -> None:
        """Let so many seconds pass on the wall."""
        self.wall.now += seconds
        await self.settle()

    @property
    def recorded(self) -> list[Report]:
        """The reports that were yielded, without the player's own notices."""
        return [r for r in self.seen if not isinstance(r, Notice)]

    @property
    def notices(self) -> list[str]:
        return [r.text for r in self.seen if isinstance(r, Notice)]

    @property
    def at(self) -> float:
        """The moment that is shown, in seconds after `T0`."""
        return self.player.clock() - T0


@asynccontextmanager
async def playing(
    path: Path, *, speed: float = 10.0, start_at: float | None = None
) -> AsyncIterator[Playing]:
    wall = Wall()
    with Recording(path) as recording:
        player = Player(recording, speed=speed, start_at=start_at, wall=wall)
        player.poll_interval_s = 0.0
        made = Playing(player, wall)
        task = asyncio.ensure_future(made.work())
        await made.settle()
        try:
            yield made
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten minutes: a probe every five seconds, a pulse every second."""
    return record(tmp_path_factory.mktemp("rec") / "rec", *minutes(10))


def until(at: float) -> list[Report]:
    """The reports of ten minutes up to a moment, in seconds after `T0`."""
    found: list[Report] = []
    for report in minutes(10):
        moment = moment_of(report)
        if moment is not None and moment > T0 + at:
            break
        found.append(report)
    return found


async def test_reports_come_in_their_time(ten: Path) -> None:
    async with playing(ten) as play:
        assert play.recorded == [Budget(0.0, 1.0, "ok"), *until(0)[1:]]
        await play.run(1.0)
        assert (play.recorded, play.at) == (until(10), 10.0)
        await play.run(5.0)
        assert play.recorded == until(60)


@pytest.mark.parametrize("turns", range(4))
async def test_it_ends_though_a_key_wakes_it_at_that_moment(ten: Path, turns: int) -> None:
    with Recording(ten) as recording:
        player = Player(recording, speed=10.0, wall=Wall())
        play = Playing(player, Wall())
        task = asyncio.ensure_future(play.work())
        await play.settle()
        player.toggle()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await play.settle()
        assert task.cancelled()


@pytest.mark.parametrize("speed", [0.1, 1.0, 1000.0])
async def test_any_speed(ten: Path, speed: float) -> None:
    async with playing(ten, speed=speed) as play:
        await play.run(30 / speed)
        assert play.at == pytest.approx(30)
        assert len(play.recorded) == pytest.approx(len(until(30)), abs=1)


async def test_it_ends_once_and_stays(ten: Path) -> None:
    async with playing(ten) as play:
        await play.run(1000)
        assert play.recorded == minutes(10)
        assert (play.notices, play.at) == (["end of the recording"], END)
        await play.run(1000)
        assert (len(play.notices), play.at) == (1, END)


async def test_it_stands_and_goes_on(ten: Path) -> None:
    async with playing(ten) as play:
        await play.run(1)
        assert play.player.toggle() is True
        await play.run(60)
        assert (play.recorded, play.at) == (until(10), 10.0)
        assert play.player.toggle() is False
        await play.run(1)
        assert play.recorded == until(20)


async def test_it_begins_where_it_is_told(ten: Path) -> None:
    async with playing(ten, start_at=T0 + 300) as play:
        assert (play.recorded, play.at) == (until(300), 300.0)
        assert (play.arrivals, play.player.searching) == (1, False)
        await play.run(1)
        assert play.recorded == until(310)


async def test_seeking_on_back_and_to_the_ends(ten: Path) -> None:
    async with playing(ten) as play:
        for step, found in ((60, 60), (60, 120), (-60, 60), (-600, 0), (540, 540), (600, END)):
            play.player.seek_by(step)
            await play.settle()
            assert play.at == found
            assert play.recorded == until(found)
        assert play.notices == ["end of the recording"]
        play.player.seek(T0)
        await play.settle()
        assert (play.recorded, play.notices) == (until(0), [])
        await play.run(1000)  # the end is told again
        assert play.notices == ["end of the recording"]


async def test_seeking_while_it_stands_leaves_it_standing(ten: Path) -> None:
    async with playing(ten) as play:
        play.player.toggle()
        play.player.seek(T0 + 100)
        await play.run(50)
        assert (play.recorded, play.at) == (until(100), 100.0)
        assert play.player.clock.paused


async def test_keys_that_come_at_once_add_up(ten: Path) -> None:
    async with playing(ten, start_at=T0 + 300) as play:
        for step in (60, 60, -60, 60):
            play.player.seek_by(step)
        assert play.player.searching
        await play.settle()
        assert (play.at, play.recorded) == (420.0, until(420))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(-700, 700) | st.sampled_from([0.0, 60.0, -60.0]), max_size=8))
async def test_wherever_one_goes_it_is_as_if_one_had_played_till_there(
    tmp_path_factory: pytest.TempPathFactory, steps: list[float]
) -> None:
    path = record(tmp_path_factory.mktemp("rec") / "rec", *minutes(10))
    async with playing(path) as play:
        for step in steps:
            before = play.at
            play.player.seek_by(step)
            await play.settle()
            goal = max(0.0, min(END, before + step))
            assert play.at == pytest.approx(goal, abs=1e-5)
            assert play.recorded == until(play.at)


def gapped(path: Path) -> Path:
    """A minute, an hour in which nothing was recorded, a minute."""
    first = minutes(1)
    later = [
        Finished(good(3600.0 + i).sample) if i % 5 == 0 else pulse(3600.0 + i) for i in range(60)
    ]
    return record(path, *first, *later)


async def test_a_silence_is_passed_over_and_told(tmp_path: Path) -> None:
    async with playing(gapped(tmp_path / "rec")) as play:
        await play.run(6)  # a minute
        await play.settle()
        assert play.at == 3600.0
        assert play.notices == ["nothing recorded for 59m"]
        await play.run(1)
        assert play.at == 3610.0


async def test_back_over_a_silence_as_far_as_was_played(tmp_path: Path) -> None:
    async with playing(gapped(tmp_path / "rec"), start_at=T0 + 3620) as play:
        play.player.seek_by(-60)
        await play.settle()
        assert 19 <= play.at <= 21
        assert len(play.recorded) == len(until(play.at))


@pytest.mark.parametrize("standing", [True, False])
async def test_on_over_a_silence(tmp_path: Path, *, standing: bool) -> None:
    async with playing(gapped(tmp_path / "rec"), start_at=T0 + 50) as play:
        if standing:
            play.player.toggle()
        play.player.seek_by(60)
        await play.settle()
        assert play.at == 3600.0
        assert play.notices == ["nothing recorded for 59m"]


async def test_standing_before_a_silence_it_stays_there(tmp_path: Path) -> None:
    async with playing(gapped(tmp_path / "rec"), start_at=T0 + 59.5) as play:
        play.player.toggle()
        play.player.seek(T0 + 59.5)
        await play.run(60)
        assert play.at == 59.5


async def test_a_report_of_an_earlier_moment_comes_with_the_one_before(tmp_path: Path) -> None:
    path = write(tmp_path / "rec", *lines_of([good(10), good(5), pulse(20)]))
    async with playing(path) as play:
        assert len(play.recorded) == 2  # both as of 10
        await play.run(1)
        assert len(play.recorded) == 3


async def test_broken_lines_are_told_at_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "rec", *lines_of([good(1)]), b"?\n", b"!\n", *lines_of([good(2)]))
    async with playing(path) as play:
        await play.run(10)
        assert play.notices == ["end of the recording; 2 broken lines skipped"]


async def test_a_long_search_tells_how_far_it_is(ten: Path) -> None:
    async with playing(ten) as play:
        assert play.player.progress is None
        shares: list[float] = []
        play.player.seek(T0 + 500)
        while play.player.searching:
            await asyncio.sleep(0)
            play.wall.now += 2.0
            share = play.player.progress
            shares += [] if share is None else [share]
        assert len(shares) > 1
        assert shares == sorted(shares)
        assert all(0 <= share <= 1 for share in shares)
        assert play.player.progress is None


async def test_a_disk_that_fails_is_the_end(ten: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_self: Recording) -> Iterator[Report]:
        yield from minutes(10)[:30]
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Recording, "reports", failing)
    async with playing(ten) as play:
        await play.run(100)
        assert play.recorded == minutes(10)[:30]
        assert play.notices == [
            "the rest cannot be read: Input/output error",
            "end of the recording",
        ]


async def test_the_past_takes_no_commands(ten: Path) -> None:
    async with playing(ten) as play:
        assert play.player.send(Pause()) is False
        play.player.start(watched())
        assert play.player.exit_reason() == ""
        assert play.player.returncode is None
        play.player.stop()


async def test_what_is_shown_is_never_ahead_of_what_was_read(ten: Path) -> None:
    async with playing(ten) as it:
        await it.run(2)
        assert it.at == pytest.approx(20)
        it.wall.now += 1
        assert it.at == pytest.approx(20)
        await it.settle()
        assert it.at == pytest.approx(30)
        assert it.recorded == until(30)
