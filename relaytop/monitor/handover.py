"""A monitor's state as messages: another process goes on from there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from relaytop.monitor.episode import Episode
from relaytop.monitor.error_groups import MAX_GROUPS, ErrorGroup
from relaytop.monitor.event import Event
from relaytop.monitor.hold_log import HoldLog
from relaytop.monitor.server_timing import PARTS
from relaytop.monitor.status import StatusKeeper
from relaytop.monitor.summary import LastError
from relaytop.protocol.messages import Credit, StatusPage
from relaytop.wire.facts import NOT_DECLARED, RateLimit, Served

MAX_NAMES = 8
"""Models that are counted by name at a time."""
MAX_ERRORS = 50
"""Failures of a target that are kept singly."""

# These annotations are read when a message is decoded.


@dataclass(frozen=True, slots=True)
class RingHandover:
    """The samples of a ring buffer."""

    began_at: float
    """Unix seconds."""
    count: int
    """Samples that were ever appended."""
    records: bytes
    """Those that are still kept, oldest first."""


@dataclass(slots=True, kw_only=True)
class TargetFacts:
    """One target's state beside its samples; it is handed over as it is.

    Counts since the engine's start are the engine's own.
    """

    status: StatusKeeper
    judged_from: int = 0
    """Serial number of the first sample that the thresholds are judged by: the one after the last
    incident."""
    errors: tuple[LastError, ...] = ()
    """The newest failures, newest first."""
    error_groups: tuple[ErrorGroup, ...] = ()
    """All failures, by class and message; the group that failed last first."""
    wait_parts: tuple[Mapping[str, float], ...] = ()
    """The newest waits in milliseconds by part, oldest first; see `server_timing`."""
    last_at: float | None = None
    """Unix seconds of the last result."""
    running_since: float | None = None
    """Unix seconds of a probe that is still hanging (over 0.5 s)."""
    hold_until: float | None = None
    """Unix seconds until which the engine holds off."""
    hold_reason: str | None = None
    holds: HoldLog = field(default_factory=HoldLog)
    """What the event log says of its waits."""
    rate_limit: RateLimit | None = None
    rate_limit_at: float | None = None
    """Unix seconds of the reply that held it."""
    skips_total: int = 0
    """Probes that the engine has skipped."""
    skips_in_ring: int = 0
    """Those of them that a sample's record carries."""
    paced_total: int = 0
    """Probes that the engine has held back for `max_rpm`."""
    paced: tuple[tuple[float, int], ...] = ()
    """(Unix seconds, probes held back then), oldest first."""
    total_requests: int = 0
    total_ok: int = 0
    total_cost_usd: float | None = None
    total_counted_usd: float = 0.0
    total_unpriced: bool = False
    """Whether the price of any of them is unknown."""
    price_source: str | None = None
    total_cached: int = 0
    cache: Episode = field(default_factory=Episode)
    """Answers from a cache."""
    cache_sign: str | None = None
    """The newest sign of one."""
    replaced: Episode = field(default_factory=Episode)
    """Replies by a model that was not asked for."""
    credit: Credit | None = None
    """What is left at its provider, by the newest answer."""
    served: Served = NOT_DECLARED
    """The origin of the newest reply."""
    served_names: tuple[tuple[str, int], ...] = ()
    """(Model that replies named, serial number of its newest sample); a ring keeps their places."""

    def is_consistent(self) -> bool:
        """Return whether its counts and names can belong together."""
        return (
            self.skips_in_ring <= self.skips_total
            and self.total_ok <= self.total_requests
            and len(self.served_names) <= MAX_NAMES
            and len(self.errors) <= MAX_ERRORS
            and len(self.error_groups) <= MAX_GROUPS
            and all(parts.keys() <= PARTS for parts in self.wait_parts)
        )


@dataclass(frozen=True, slots=True)
class TargetHandover:
    """One target's samples, and what is known of it beside them."""

    target: str
    ring: RingHandover
    facts: TargetFacts


@dataclass(slots=True)
class EngineCounts:
    """The engine's counts over all targets, since its start."""

    skipped: int = 0
    in_flight: int = 0
    dropped: int = 0
    """Messages that were lost between the engine and its reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorHandover:
    """The state of all targets together."""

    began_at: float
    """Unix seconds."""
    steady_since: float | None
    """Unix seconds since when the number of probes has not been changed."""
    counts: EngineCounts
    busy_ms: float | None
    """Lateness of this machine's reads, while it is busy."""
    events: tuple[Event, ...]
    """The event log, oldest first."""
    status_pages: tuple[StatusPage, ...] = ()
    """What each official status page said last."""
