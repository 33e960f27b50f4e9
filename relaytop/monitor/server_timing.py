"""Is it the relay, the upstream or the path? The server's own times beside what was measured."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relaytop.probe.sample import Sample

KEPT = 30
"""Newest samples that are looked at."""


class ServerTiming:
    """One target's newest waits, split by what the server said of them."""

    def __init__(self) -> None:
        self._parts: deque[dict[str, float]] = deque(maxlen=KEPT)

    def take(self, sample: Sample) -> None:
        """Take a probe whose server told its own time; others say nothing."""
        wait_ms, server_ms = sample.phases.wait_ms, sample.server_ms
        if not sample.ok or wait_ms is None or server_ms is None:
            return
        # A clock that runs differently, or a time that counts the whole stream, is no path.
        path = max(0.0, wait_ms - server_ms)
        if sample.relay_ms is None:
            self._parts.append({"server": server_ms, "path": path})
            return
        relay = min(sample.relay_ms, server_ms)
        self._parts.append({"upstream": server_ms - relay, "relay": relay, "path": path})

    def past(self) -> tuple[Mapping[str, float], ...]:
        """Return what is kept, oldest first."""
        return tuple(self._parts)

    def restore(self, past: Iterable[Mapping[str, float]]) -> None:
        """Go on from what another kept."""
        self._parts = deque((dict(parts) for parts in past), maxlen=KEPT)

    def medians_ms(self) -> dict[str, float]:
        """Return the median of each part, by the newest sample's kind; empty of nothing."""
        if not self._parts:
            return {}
        newest = self._parts[-1]
        alike = [parts for parts in self._parts if parts.keys() == newest.keys()]
        return {name: median(parts[name] for parts in alike) for name in newest}
