"""A target whose latencies are lognormal, its incidents, and what the status makes of them."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any, NamedTuple

from relaytop.config.settings import Thresholds
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished, Pulse
from tests.support.samples import T0, TARGET, sample, settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIGMA = 0.4
Z95 = 1.6448536
P95_LIMIT_MS = 2000.0
INTERVAL_S = 5.0
TIMEOUT_S = 30.0
FULL_S = 600.0
"""The default window."""
FAILING: Mapping[str, float] = {"errors 100 %": 1.0, "errors 30 %": 0.3, "errors 20 %": 0.2}
SLOWER: Mapping[str, float] = {"twice as slow": 2.0, "three times": 3.0}
TAIL, HANG = "tail of 20 %", "hang"
KINDS = (*FAILING, *SLOWER, TAIL, HANG)
TAIL_SHARE, TAIL_FACTOR = 0.2, 5.0


class Change(NamedTuple):
    """A change of the status."""

    at: float
    """Seconds since the beginning."""
    status: str


class Notice(NamedTuple):
    """How an incident was noticed; infinite where it was not."""

    noticed_s: float
    cleared_s: float
    changes: int
    """Of the status while it lasted."""


class SimulatedTarget:
    """A target probed at its interval, through a monitor's public face.

    Args:
        seed: Of all that is random.
        share: Its P95 as a share of the threshold.
        correlation: From the log of one latency to the next (AR(1)).
        errors: The share of failed probes that is its own.
        interval_s: From one probe to the next.
    """

    def __init__(
        self,
        seed: int,
        *,
        share: float = 0.58,
        correlation: float = 0.0,
        errors: float = 0.0,
        interval_s: float = INTERVAL_S,
        **options: Any,
    ) -> None:
        limits = Thresholds(p95_ms=P95_LIMIT_MS)
        watched = settings(interval_s=interval_s, thresholds=limits, **options)
        self.monitor = Monitor(watched, T0)
        self.random = random.Random(seed)
        self.interval_s = interval_s
        self.changes: list[Change] = []
        self._seen = 0
        self._median_ms = share * P95_LIMIT_MS * math.exp(-Z95 * SIGMA)
        self._errors, self._correlation = errors, correlation
        self._deviation = self.random.gauss(0.0, 1.0)
        self.now = self.random.random() * interval_s
        """Seconds since the beginning; of the next probe."""

    @property
    def status(self) -> str:
        """The status after the newest probe."""
        return self.changes[-1].status if self.changes else "unknown"

    def run(self, until: float, kind: str = "") -> None:
        """Probe until then, in an incident of one of `KINDS` where one is named."""
        while self.now < until:
            if kind == HANG:
                self._hang()
            else:
                self._probe(kind)

    def _probe(self, kind: str) -> None:
        latency_ms = self._latency_ms()
        latency_ms *= SLOWER.get(kind, 1.0)
        if kind == TAIL and self.random.random() < TAIL_SHARE:
            latency_ms *= TAIL_FACTOR
        failed = self.random.random() < FAILING.get(kind, self._errors)
        self._finish(sample(self.now, latency_ms, error="server_error" if failed else None))
        self.now += self.interval_s

    def _hang(self) -> None:
        began_at = self.now
        while self.now < began_at + TIMEOUT_S:
            self.now += 1.0
            pulse = Pulse(T0 + self.now, 1, {TARGET: T0 + began_at})
            self.monitor.apply(pulse, T0 + self.now)
            self._look()
        self._finish(sample(self.now, error="timeout"))

    def _latency_ms(self) -> float:
        rho = self._correlation
        fresh = math.sqrt(1.0 - rho * rho) * self.random.gauss(0.0, 1.0)
        self._deviation = rho * self._deviation + fresh
        return self._median_ms * math.exp(SIGMA * self._deviation)

    def _finish(self, made: Any) -> None:
        self.monitor.apply(Finished(made), T0 + self.now)
        self._look()

    def _look(self) -> None:
        # By the event log: a summary after every sample would cost five times as much.
        self._seen, events = self.monitor.events_after(self._seen)
        self.changes += [Change(self.now, event.subject) for event in events]


def incident(
    kind: str, seed: int, *, calm_s: float = FULL_S, lasts_s: float = 300.0, **options: Any
) -> Notice:
    """Run a target through calm, an incident and its end."""
    target = SimulatedTarget(seed, **options)
    target.run(calm_s)
    before = len(target.changes)
    was_up = target.status == "up"
    began_at = target.now - target.random.random() * target.interval_s
    target.run(began_at + lasts_s, kind)
    ended_at = target.now - target.random.random() * target.interval_s
    during = target.changes[before:]
    after = len(target.changes)
    still_bad = target.status != "up"
    target.run(target.now + 900.0)
    bad = [change.at for change in during if change.status in {"degraded", "down"}]
    good = [change.at for change in target.changes[after:] if change.status == "up"]
    noticed_s = (bad[0] - began_at if bad else math.inf) if was_up else math.nan
    cleared_s = (good[0] - ended_at if good else math.inf) if still_bad else math.nan
    return Notice(noticed_s, cleared_s, len(during))


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile of those that are a number."""
    known = sorted(value for value in values if not math.isnan(value))
    return known[min(len(known) - 1, int(share * len(known)))] if known else math.nan


def calm(seed: int, days: float, **options: Any) -> list[Change]:
    """Return the changes of a target that nothing happens to, the first `up` left out."""
    target = SimulatedTarget(seed, **options)
    target.run(days * 86_400.0)
    return target.changes[1:]


def alarms(changes: Sequence[Change]) -> int:
    """Return how often it left up."""
    before = ["up", *(change.status for change in changes)]
    return sum(
        change.status != "up" and last == "up"
        for last, change in zip(before, changes, strict=False)
    )


def most_within(changes: Sequence[Change], span_s: float) -> int:
    """Return the most changes within a span."""
    moments = [change.at for change in changes]
    return max((sum(at <= m < at + span_s for m in moments) for at in moments), default=0)
