"""Finds out when this process did not run: stopped, suspended with its machine, without a CPU."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from relaytop.config.steady_clock import STEADY

if TYPE_CHECKING:
    from collections.abc import Callable

BEAT_S = 0.1
STALL_S = 0.5
"""A beat that is later than this tells of a stall; the kernel's clock makes up for shorter ones."""
MAX_STALLS = 100
"""Stalls that are remembered: a probe that began before the oldest has long met its deadline."""


class Stall(NamedTuple):
    """A time in which this process did not run, in steady Unix seconds."""

    began_at: float
    ended_at: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.ended_at - self.began_at


class Heartbeat:
    """Beats on the event loop, and remembers where a beat was late.

    Args:
        on_stall: Called with each stall, once.
        clock: Steady Unix seconds, of a suspended machine too.
    """

    def __init__(
        self, on_stall: Callable[[Stall], None], clock: Callable[[], float] = STEADY
    ) -> None:
        self._on_stall = on_stall
        self._clock = clock
        self._last_beat_at = clock()
        self._stalls: deque[Stall] = deque(maxlen=MAX_STALLS)

    async def run(self) -> None:
        """Beat until this is cancelled."""
        self._last_beat_at = self._clock()
        while True:
            await asyncio.sleep(BEAT_S)
            self.beat()

    def beat(self) -> None:
        """Beat; asking for stalls does so too: a reply may be read before the timer runs."""
        now = self._clock()
        if now - self._last_beat_at - BEAT_S > STALL_S:
            stall = Stall(self._last_beat_at, now)
            self._stalls.append(stall)
            self._last_beat_at = now
            self._on_stall(stall)
        self._last_beat_at = now

    def has_stalled_since(self, began_at: float) -> bool:
        """Return whether a stall reached beyond that moment, steady Unix seconds."""
        self.beat()
        return bool(self._stalls) and self._stalls[-1].ended_at > began_at
