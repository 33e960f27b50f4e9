"""A wait's parts (relay, upstream, path): the server's own times beside what was measured."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.probe.sample import Sample

MAX_WAITS = 30
"""Newest samples that are looked at."""
PARTS = frozenset({"upstream", "relay", "server", "path"})
"""What a wait may consist of."""


def wait_parts_ms(sample: Sample) -> dict[str, float] | None:
    """Return a probe's wait by part, in milliseconds; None where its server told no time.

    The parts are `upstream` and `relay`, or `server` where the server does not tell them apart, and
    `path`, which is what was measured beyond that.
    """
    wait_ms, server_ms = sample.phases.wait_ms, sample.server_ms
    if not sample.ok or wait_ms is None or server_ms is None:
        return None
    # A clock that runs differently, or a time that counts the whole stream, is no path.
    path = max(0.0, wait_ms - server_ms)
    if sample.relay_ms is None:
        return {"server": server_ms, "path": path}
    relay = min(sample.relay_ms, server_ms)
    return {"upstream": server_ms - relay, "relay": relay, "path": path}


def medians_ms(waits: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of each part, by the newest wait's kind; empty of nothing.

    Args:
        waits: The newest waits by part, oldest first.
    """
    if not waits:
        return {}
    newest = waits[-1]
    alike = [parts for parts in waits if parts.keys() == newest.keys()]
    return {name: median(parts[name] for parts in alike) for name in newest}
