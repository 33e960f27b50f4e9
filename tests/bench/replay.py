"""Going back an hour in a day's recording: by a checkpoint, and by playing from the beginning."""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Budget, Finished, Pulse
from relaytop.store.recording import Recording
from relaytop.store.recording_header import header_lines
from relaytop.watch.player import Player
from relaytop.watch.replay import ReplaySession
from tests.bench.scene import Figure
from tests.support.recordings import Wall
from tests.support.samples import T0, sample, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETS = 10
DAY_S, HOUR_S, INTERVAL_S = 86_400, 3600, 5
KILOBYTES = 1024
"""Of a megabyte."""


def _lines(names: list[str]) -> Iterator[bytes]:
    yield encode(Budget(0.0, 1.0, "ok"))
    for second in range(DAY_S):
        if second % INTERVAL_S == 0:
            for number, name in enumerate(names):
                latency_ms = 300.0 + 50 * (second * 7 % 97) / 97 + 10 * number
                bad = (second // 600 + number) % 50 == 0
                yield encode(
                    Finished(
                        sample(
                            float(second),
                            latency_ms,
                            target=name,
                            error="timeout" if bad else None,
                            tokens=(5, 16),
                            cost_usd=0.0001,
                        )
                    )
                )
        yield encode(Pulse(T0 + second + 0.5, 0))


class _Replay:
    def __init__(self, path: Path) -> None:
        self._recording = Recording(path)
        self._player = Player(self._recording, speed=1.0, wall=Wall())
        self._player.poll_interval_s = 0.0
        self._player.toggle()
        self._session = ReplaySession(self._player, snapshots=path.parent)
        self._arrived = asyncio.Event()
        self._player.on_arrival = self._arrived.set
        self._task = asyncio.ensure_future(self._work())

    async def _work(self) -> None:
        async for batch in self._player.reports():
            self._session.apply(batch)

    async def go(self, at: float) -> float:
        """Go to so many seconds after the beginning; return the seconds that it took."""
        began_at = time.perf_counter()
        self._arrived.clear()
        self._player.seek(T0 + at)
        await self._arrived.wait()
        return time.perf_counter() - began_at

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._recording.close()


async def _measure(path: Path) -> list[Figure]:
    replay = _Replay(path)
    whole_s = await replay.go(DAY_S - 1.0)
    backs = [await replay.go(DAY_S - 1.0 - hour * HOUR_S) for hour in range(1, 24)]
    forths = [await replay.go(DAY_S - 1.0 - hour * HOUR_S) for hour in range(22, -1, -1)]
    await replay.close()
    fresh = _Replay(path)
    beginning_s = await fresh.go(DAY_S - 1.0 - HOUR_S)
    await fresh.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES
    whole = "from the beginning"
    return [
        Figure("replay of a day, back an hour, the longest of 23", max(backs), "s", 1.0),
        Figure("the same, mean", sum(backs) / len(backs), "s", 1.0, whole, beginning_s),
        Figure("forward an hour, the longest of 23", max(forths), "s", 1.0),
        Figure("the first pass over the day", whole_s, "s"),
        Figure("peak memory, checkpoints included", peak_mb, "MB"),
    ]


def run() -> Iterator[Figure]:
    names = [f"relay/m{number}" for number in range(TARGETS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.jsonl"
        with path.open("wb") as file:
            file.write(header_lines(settings(*names), "bench"))
            file.writelines(_lines(names))
        yield from asyncio.run(_measure(path))
