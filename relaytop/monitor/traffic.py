"""The users' requests of one target, as production exports them: what probes are held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.monitor.summary import Distribution

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The users' requests over the window; what is not exported is None."""

    exporter: str
    """What exports it, as in `litellm`: the name of a file of the catalogue, or the config's."""
    all_places: bool = False
    """Whether they are of all places together: the exporter does not tell which."""
    requests: float | None = None
    requests_s: float | None = None
    error_rate: float | None = None
    """0–1."""
    latency: Distribution = field(default_factory=Distribution)
    """Approximate: from a histogram's buckets."""
    ttft: Distribution = field(default_factory=Distribution)
    tokens_s: float | None = None
    usd_per_h: float | None = None
    gauges: Mapping[str, float] = field(default_factory=dict)
    """Name → value now, such as `waiting` (requests in the queue), `running`, `kv_cache` (0–1)."""
    differs: str | None = None
    """A sentence where users and probes differ by more than the errors of both."""
