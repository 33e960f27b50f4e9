"""A target's status: which rules hold, since when, and when that is over."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from relaytop.monitor.binomial import critical_count
from relaytop.monitor.incident import MOST_GOOD, RELAPSE_S, Incident
from relaytop.monitor.latency_cusum import LatencyCusum
from relaytop.monitor.recent_probes import (
    BAD,
    COUNT,
    FAILED,
    LATE,
    OUTLIER,
    SLOW,
    RecentProbes,
)
from relaytop.monitor.summary import Status
from relaytop.monitor.usual_latency import OUTLIER_SIGMAS, SPAN_S, UsualLatency

STREAK = 3
"""Failed probes in a row that down takes, and good ones that end it."""
HANGS_S = 5.0
"""A probe hangs from so many seconds on …"""
HANGS_P95 = 4.0
"""… and from so many times its target's P95."""
LEAST_DEGRADED_S = 30.0
"""No incident is over sooner."""
RECOVERING = 3
"""Good probes in a row from which on it is said to be recovering."""
RULES = ("hanging", "p95", "ttft", "error_rate", "gap", "recent", "slower")
"""The names of what makes a target degraded."""
TOLERANT = 0.05
"""A threshold of the error rate above this tolerates some of the last ten probes."""
QUICK_LEVEL = 0.013
"""As many failed of ten are less likely than this at the threshold (3 at 5 %)."""
SHARE_WEIGHT = 3
"""Bad probes that a share over the window counts for, where no burst began the incident."""


# The annotations are read when it is decoded from a message: it is handed over as it is.
@dataclass(slots=True)
class StatusKeeper:
    """Decides the status after each finished probe.

    The first success brings a target from unknown to up. A rule that holds begins an incident: the
    target is degraded, or down while its last three probes failed and with them half of the last
    ten. It is up again when the incident is over.
    """

    since: float
    """Unix seconds of when it last left up; of when it became up, while it is."""
    of_probes: Status = "unknown"
    """The status by its probes, also while it is paused."""
    paused: bool = False
    reason: str | None = None
    """Of `paused`: `user` or `budget`."""
    unreachable: bool = False
    """Whether nothing is heard from its place; what is known of it is of before."""
    unreachable_at: float = 0.0
    """Unix seconds since when."""
    paused_at: float = 0.0
    """Unix seconds of the pause."""
    resumed: bool = False
    """Whether no probe has finished since it was paused: the status is the one of before."""
    failures: int = 0
    """In a row."""
    successes: int = 0
    """In a row."""
    lasting: bool = False
    """Whether the newest probe failed for a reason that only a person can mend."""
    cached: int = 0
    """Answers from a cache since the last finished probe that was measured."""
    masked: bool = False
    """Whether answers from a cache hide how the target is."""
    hanging: bool = False
    """Whether a probe hangs."""
    broken: tuple[str, ...] = ()
    """The thresholds that are broken over the window."""
    incident: Incident | None = None
    """The newest; it may have ended."""
    recent: RecentProbes = field(default_factory=RecentProbes)
    usual: UsualLatency = field(default_factory=UsualLatency)
    cusum: LatencyCusum = field(default_factory=LatencyCusum)
    error_limit: float = 0.05
    """The threshold of the error rate."""
    last_at: float | None = None
    """Unix seconds of the newest probe."""

    def is_consistent(self) -> bool:
        """Return whether its words and limits are some that it decides by."""
        return (
            {*self.broken} <= {*RULES}
            and 0 <= self.error_limit <= 1
            and self.reason in {None, "user", "budget"}
        )

    # ── what is read ─────────────────────────────────────────────────────────

    @property
    def status(self) -> Status:
        """The status now."""
        if self.unreachable:
            return "unknown"
        return "paused" if self.paused else self.of_probes

    @property
    def last_status(self) -> Status | None:
        """The status before the pause, or before it was not heard from any more.

        None where it is neither, or nothing was known.
        """
        hidden = self.paused or self.unreachable
        return self.of_probes if hidden and self.of_probes != "unknown" else None

    @property
    def shown_since(self) -> float:
        """Unix seconds since when it has the status that is shown."""
        if self.unreachable:
            return self.unreachable_at
        return self.paused_at if self.paused else self.since

    @property
    def open_incident(self) -> Incident | None:
        """The incident that lasts."""
        incident = self.incident
        return incident if incident is not None and incident.ended_at is None else None

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules that hold."""
        outliers = self.recent.too_many(OUTLIER, clustered=self._clustered)
        slower = self.cusum.alarmed or outliers
        held = {*self.broken}
        held |= {"hanging"} if self.hanging else set()
        held |= {"recent"} if self._too_many_bad else set()
        held |= {"slower"} if slower else set()
        held |= {"ttft"} if self.recent.all_late else set()
        return tuple(rule for rule in RULES if rule in held)

    @property
    def _clustered(self) -> bool:
        return self.usual.known and self.usual.has_memory

    @property
    def _too_many_bad(self) -> bool:
        recent, again = self.recent, self.just_ended
        tolerant = self.error_limit > TOLERANT
        if tolerant:
            failing = recent.count(FAILED) >= critical_count(COUNT, self.error_limit, QUICK_LEVEL)
        else:
            failing = recent.too_many(FAILED, again=again)
        kind = SLOW if tolerant else BAD
        return failing or recent.too_many(kind, clustered=self._clustered, again=again)

    @property
    def just_ended(self) -> bool:
        """Whether an incident ended a short time ago."""
        incident = self.incident
        ended_at = incident.ended_at if incident is not None else None
        return ended_at is not None and (self.last_at or ended_at) - ended_at < RELAPSE_S

    @property
    def recovering(self) -> int | None:
        """Good probes since the last bad one; None where it is not recovering."""
        incident = self.open_incident
        if incident is None or self.hanging or self.cusum.rising:
            return None
        least = 1 if self.of_probes == "down" else RECOVERING
        return incident.good if incident.good >= least else None

    @property
    def broken_rules(self) -> tuple[str, ...]:
        """The rules that hold, and whether it is recovering."""
        rules = self.rules
        if self.recovering is None and rules:
            return rules
        return (*rules, "recovering")

    @property
    def slower_by(self) -> float | None:
        """The last probes' latency over the usual one; None where either is unknown."""
        recent = self.recent
        logs = [
            log for mark, log in zip(recent.marks, recent.logs, strict=True) if not mark & FAILED
        ]
        if not self.usual.known or not logs:
            return None
        return math.exp(math.fsum(logs) / len(logs) - self.usual.mean)

    # ── what happens ─────────────────────────────────────────────────────────

    def record(
        self,
        mark: int,
        broken: Mapping[str, float],
        now: float,
        *,
        latency_ms: float | None,
        interval_s: float,
        error_limit: float,
        lasting: bool = False,
        forgives: bool = True,
    ) -> bool:
        """Count a finished probe; return whether the status changed.

        Args:
            mark: `FAILED`, `SLOW` and `LATE` as they apply.
            broken: The thresholds that are broken over the window, with the share beyond.
            now: Unix seconds.
            latency_ms: Of a success.
            interval_s: From one probe to the next.
            error_limit: The threshold of the error rate.
            lasting: Whether it failed for a reason that only a person can mend.
            forgives: Whether an incident can be over while the window still holds it.
        """
        ok = not mark & FAILED
        self.failures = 0 if ok else self.failures + 1
        self.successes = self.successes + 1 if ok else 0
        self.lasting, self.cached, self.resumed = lasting, 0, False
        self.broken, self.error_limit = tuple(broken), error_limit
        self._compare(mark, latency_ms, interval_s, now)
        if self.failures >= STREAK or self.successes >= STREAK:
            self.masked = False
        self._follow_incident(broken, now, interval_s, forgives=forgives)
        return self._become(self._decide(), now)

    def _compare(self, mark: int, latency_ms: float | None, interval_s: float, now: float) -> None:
        """Compare a probe with what is usual, then let an older one count for that."""
        if self.last_at is not None and now - self.last_at > SPAN_S + 10 * interval_s:
            self._forget_usual()  # nothing is left of its last hour
        elif self.cusum.alarmed and now - self.cusum.alarmed_at > SPAN_S:
            self._forget_usual()  # all of its last hour was as slow: that is usual now
        self.last_at = now
        log_ms = 0.0
        if latency_ms is not None:
            log_ms = math.log(max(latency_ms, 0.01))
            self.cusum.record(log_ms, self.usual, now)
            if self.usual.known and self.usual.deviation(log_ms) > OUTLIER_SIGMAS:
                mark |= OUTLIER
        left = self.recent.record(mark, log_ms)
        if left is not None and self.open_incident is None and not self.cusum.alarmed:
            self.recent.absorb(left[0], interval_s)
            if not left[0] & FAILED:
                self.usual.absorb(left[1], interval_s)

    def _forget_usual(self) -> None:
        self.usual = UsualLatency()
        self.cusum.reset()
        self.recent.forget_usual()

    def _follow_incident(
        self, broken: Mapping[str, float], now: float, interval_s: float, *, forgives: bool
    ) -> None:
        """Count the probe for the incident; begin one, or end it."""
        rules = self.rules
        mark = self.recent.marks[-1]
        incident = self.incident
        if incident is not None:
            bad = BAD | OUTLIER | (LATE if incident.late_ttft else 0)
            incident.record(bad=mark & bad > 0, failed=mark & FAILED > 0, holds=len(rules) > 0)
        down = self._fails
        known = self.of_probes != "unknown" or self.successes > 0
        if down or (known and rules and (mark or self.cusum.alarmed)):
            self._begin_incident(broken)
        open_incident = self.open_incident
        if open_incident is None:
            return
        open_incident.shifted = open_incident.shifted or self.cusum.shifted
        if self._is_over(open_incident, now, interval_s, forgives=forgives):
            open_incident.ended_at = now
            if forgives:
                self.broken = ()
                self.recent.keep_newest(open_incident.good)

    def _begin_incident(self, broken: Mapping[str, float]) -> None:
        """Begin an incident, or go on with one that seemed over."""
        incident = self.incident
        late = "ttft" in broken or self.recent.all_late
        if incident is not None and (incident.ended_at is None or self.just_ended):
            incident.ended_at = None
            incident.late_ttft = incident.late_ttft or late
            return
        incident = self.incident = Incident(late_ttft=late)
        bad = BAD | OUTLIER | (LATE if late else 0)
        marks = self.recent.marks
        first = next((place for place, mark in enumerate(marks) if mark & bad), len(marks))
        for mark in marks[first:]:
            incident.record(bad=mark & bad > 0, failed=mark & FAILED > 0, holds=True)
        if broken and not self._too_many_bad and not self.recent.all_late:
            share = max(broken.values())
            incident.bad = SHARE_WEIGHT
            incident.probes = max(incident.bad, round(SHARE_WEIGHT / share)) + incident.good

    def _is_over(
        self, incident: Incident, now: float, interval_s: float, *, forgives: bool
    ) -> bool:
        if self._fails or self.hanging or self.cusum.alarmed:
            return False
        fell = self.of_probes in {"degraded", "down"}
        if (fell and now - self.since < LEAST_DEGRADED_S) if forgives else self.broken:
            return False
        return incident.good >= incident.good_needed(interval_s) or incident.quiet >= MOST_GOOD

    @property
    def _fails(self) -> bool:
        """Whether its last probes say that it is down."""
        return self.lasting or (self.failures >= STREAK and self.recent.failing)

    def note_hanging(self, now: float, *, hangs: bool) -> bool:
        """Note whether a probe hangs; return whether the status changed."""
        began = hangs and not self.hanging
        self.hanging = hangs
        if not began:
            return False
        self._begin_incident({})
        return self._become(self._decide(), now)

    def record_cached(self, *, measured: bool, now: float) -> bool:
        """Count an answer from a cache; return whether the status changed.

        It proves nothing: no streak begins or ends with it. After three in a row a target that was
        up is unknown, and up again after three measured successes with fewer between them.

        Args:
            measured: Whether the window holds a probe that was measured.
            now: Unix seconds.
        """
        self.cached += 1
        self.resumed = False
        if self.cached >= STREAK and self.of_probes != "down":
            self.masked, self.successes = True, 0
            if not measured and self.open_incident is not None:
                self.incident = None
        return self._become(self._decide(), now)

    def pause(self, now: float, reason: str) -> bool:
        """Pause; return whether the status changed."""
        changed = not self.paused
        self.paused, self.reason = True, reason
        if changed:
            self.paused_at = now
        self.hanging = False
        return changed

    def resume(self) -> bool:
        """Go on with what was known before; return whether the status changed."""
        if not self.paused:
            return False
        self.paused, self.reason = False, None
        self.resumed = self.of_probes != "unknown"
        return True

    def _decide(self) -> Status:
        if self._fails:
            return "down"
        if self.of_probes == "down" and self.successes < STREAK:
            return "down"
        if self.open_incident is not None:
            return "degraded"
        if self.masked:
            return "unknown"
        if self.of_probes == "unknown" and not self.successes:
            return "unknown"
        return "up"

    def _become(self, status: Status, now: float) -> bool:
        before = self.of_probes
        if status == before:
            return False
        self.of_probes = status
        if "up" in {before, status} or before == "unknown":
            self.since = now
        return not self.paused and not self.unreachable
