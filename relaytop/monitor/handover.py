"""What a monitor knows, as messages: another process goes on from there."""

from collections.abc import Mapping
from dataclasses import dataclass

from relaytop.monitor.source import Event
from relaytop.monitor.summary import LastError, Status
from relaytop.wire.facts import RateLimit

# These annotations are read when a message is decoded.


@dataclass(frozen=True, slots=True)
class RingHandover:
    """The samples of a ring, to be kept on by another process."""

    began_at: float
    """Unix seconds."""
    count: int
    """Samples that were ever appended."""
    records: str
    """Those that are still kept, oldest first, in base 64."""


@dataclass(frozen=True, slots=True)
class StatusHandover:
    """A status and how it came to be, to be kept on by another process."""

    status: Status
    """That of its probes, also while it is paused."""
    since: float
    """Unix seconds."""
    paused: bool
    reason: str | None
    failures: int
    """In a row."""
    successes: int
    """In a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorHandover:
    """What is known of all targets together."""

    began_at: float
    """Unix seconds."""
    steady_since: float | None
    """Unix seconds since when the number of probes has not been changed."""
    skipped: int
    in_flight: int
    dropped: int
    """Messages that were lost between the engine and its reader, since the engine's start."""
    events: tuple[Event, ...]
    """The event log, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetHandover:
    """What is known of one target; counts since the engine's start are the engine's own."""

    target: str
    ring: RingHandover
    status: StatusHandover
    errors: tuple[LastError, ...] = ()
    """Newest first."""
    split: tuple[Mapping[str, float], ...] = ()
    """Milliseconds by part, oldest first."""
    last_at: float | None = None
    running_since: float | None = None
    hold_until: float | None = None
    hold_reason: str | None = None
    rate_limit: RateLimit | None = None
    rate_limit_at: float | None = None
    skips_seen: int = 0
    skips_total: int = 0
    paced_total: int = 0
    paced: tuple[tuple[float, int], ...] = ()
    """(Unix seconds, probes held back then)."""
    total: tuple[int, int] = (0, 0)
    """(requests, good ones) since the start."""
    total_cost_usd: float | None = None
    total_unpriced: bool = False
    price_source: str | None = None
