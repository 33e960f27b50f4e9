"""A Prometheus asked every 15 s, and for history as it comes into sight."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from relaytop.fleet.prometheus.source import REFRESH_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.fleet.prometheus.source import PrometheusSource

SETTLE_S = 0.3
"""Seconds that what is drawn at once has to be asked for at once."""


class PrometheusPoller:
    """Asks again and again, until it is cancelled.

    Args:
        source: Asks, and keeps the answers.
        on_answer: Called after each refresh, and after history has come.
    """

    def __init__(self, source: PrometheusSource, on_answer: Callable[[], None]) -> None:
        self._source = source
        self._on_answer = on_answer
        self._due = False
        source.on_rows = on_answer

    def refresh_now(self) -> None:
        """Ask for all figures at once: another window or moment is shown."""
        self._due = True
        self._source.wake.set()

    async def run(self) -> None:
        """Refresh, and meanwhile ask for the history that somebody draws."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._due = False
                next_at = loop.time() + REFRESH_S
                await self._source.refresh()
                self._on_answer()
                if await self._source.refresh_users():
                    self._on_answer()
                while not self._due and (left_s := next_at - loop.time()) > 0:
                    if await self._woken(left_s):
                        await self._fetch()
        finally:
            await self._source.aclose()

    async def _fetch(self) -> None:
        await asyncio.sleep(SETTLE_S)
        self._source.wake.clear()
        if not self._due:
            await self._source.fetch()
            self._on_answer()

    async def _woken(self, most_s: float) -> bool:
        """Wait until something is wanted; return False where the time is over before."""
        try:
            async with asyncio.timeout(most_s):
                await self._source.wake.wait()
        except TimeoutError:
            return False
        return True
