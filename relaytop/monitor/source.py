"""The protocol from which the screen and the reports read their figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Window
    from relaytop.monitor.confidence import Confidence
    from relaytop.monitor.error_groups import ErrorGroup
    from relaytop.monitor.event import Event
    from relaytop.monitor.points import Point
    from relaytop.monitor.summary import LastError, Summary
    from relaytop.monitor.where import Verdict
    from relaytop.protocol.messages import Budget, StatusPage


@dataclass(frozen=True, slots=True)
class Bin:
    """The samples of one target within one span of time."""

    ok: int = 0
    failed: int = 0
    p50_ms: float | None = None
    max_ms: float | None = None


@dataclass(frozen=True, slots=True)
class PrometheusState:
    """The Prometheus that is asked, and whether it answers."""

    answered_at: float | None = None
    """Unix seconds of its last answer; None: it has not answered yet."""
    problem: str | None = None
    """The reason why the newest answer is missing, in one sentence; None: it answered."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The top line: all targets together."""

    counts: dict[str, int]
    """Status → number of targets."""
    probes_s: float
    in_flight: int
    skipped: int
    dropped: int
    budget: Budget | None
    paced: int
    """Probes that a provider's `max_rpm` held back over the window."""
    usd_per_h: float | None
    """The cost of probing at the rate of the last minutes; None while unknown."""
    projected_usd_per_h: float | None
    """The cost of the next hour at most, every reply at its full length; None without a price."""
    usd_per_h_complete: bool
    """False when a target's price is unknown: the figure is a lower bound."""
    common_error: str | None
    """The error class with which every provider fails at once, if they do."""
    window: Window
    reserved_usd_per_h: float = 0.0
    """The next hour's share of the budget at most: as `projected_usd_per_h`, and unknown prices
    at the assumed one."""
    busy_ms: float | None = None
    """Lateness of this machine's reads (P99 of the last minute), while it is busy."""
    where: tuple[Verdict, ...] = ()
    """Where the causes of a fleet's failures are, that of the most rows first."""
    prometheus: PrometheusState | None = None
    """The Prometheus that is asked; None where none is."""
    status_pages: tuple[StatusPage, ...] = ()
    """What each official status page said last."""


class Source(Protocol):
    """A live engine, a recording or, later, Prometheus."""

    def targets(self) -> Sequence[str]:
        """The target ids in the order of the configuration."""
        ...

    def summary(self, target: str, now: float) -> Summary:
        """One target over the window that ends at `now` (Unix seconds)."""
        ...

    def bins(self, target: str, start: float, bin_s: float, n: int) -> list[Bin]:
        """`n` bins of `bin_s` seconds from `start` (Unix seconds) on, oldest first."""
        ...

    def points(self, target: str, start: float, end: float) -> list[Point]:
        """The samples that ended from `start` to before `end` (Unix seconds), oldest first."""
        ...

    def oldest_at(self, target: str) -> float | None:
        """Unix seconds at which the oldest sample that is kept of a target ended."""
        ...

    def is_loading(self, target: str) -> bool:
        """Whether more of a target's history was asked for and is on its way."""
        ...

    def confidence(self, target: str) -> Confidence:
        """How sure the window's figures are, for a comparison; takes milliseconds to compute."""
        ...

    def errors(self, target: str) -> Sequence[LastError]:
        """The newest failures of a target, newest first, a bounded number."""
        ...

    def error_groups(self, target: str) -> Sequence[ErrorGroup]:
        """All failures of a target by class and message, a bounded number of groups."""
        ...

    def overview(self, now: float) -> Overview:
        """All targets together."""
        ...

    def notes(self) -> Sequence[Event]:
        """The user's newest notes, oldest first, a bounded number."""
        ...

    def events(self) -> Sequence[Event]:
        """The event log, oldest first, a bounded number."""
        ...
