"""The script of incidents: pure, so that the same second has always the same condition.

A provider's outage, from the first error to the alert that resolves, takes the first minute. A
minute later begins a calm in which the window empties; then all of it comes again.
"""

from __future__ import annotations

from typing import NamedTuple

PERIOD_S = 240.0
"""After so long the script begins anew."""


class Condition(NamedTuple):
    """The condition of one model at one second of the script."""

    down: bool = False
    """Connections to its provider are refused."""
    slowness: float = 1.0
    """Factor on every latency."""
    tail: float = 0.0
    """Probability that a reply is one of the slow ones."""
    fault: str | None = None
    """`rate_limited`, `server_error`, `truncated` or `hang`; or what looks good, `cached` (a cache
    answers) and `substituted` (another model does)."""
    fault_odds: float = 0.0
    """Probability that a request meets `fault`."""


class Incident(NamedTuple):
    """One incident: its kind, its time, and the models that it affects."""

    start_s: float
    end_s: float
    provider: str
    model: str | None
    """None: all models of the provider."""
    kind: str
    """`down`, `slow`, `tail`, or a fault of `Condition`."""
    peak: float = 1.0
    """Its full strength: a factor for `slow`, a probability for the others."""
    ramp_s: float = 0.0
    """How long it takes to reach its peak."""

    def strength(self, at_s: float) -> float:
        """Return the share of its peak that it has reached at `at_s`, 0–1."""
        return 1.0 if self.ramp_s == 0 else min(1.0, (at_s - self.start_s) / self.ramp_s)


# One thing after another, so that each is seen for itself. A span of half a second holds one probe
# of the demo: single errors, as every relay has them.
SCRIPT = (
    Incident(18, 32, "direct", None, "down"),
    Incident(32, 36, "direct", None, "slow", 1.6),
    Incident(38, 55, "holysheep", "deepseek-v3.2", "cached"),
    Incident(41, 41.5, "official", "gpt-4.1", "server_error"),
    Incident(46, 84, "holysheep", "gemini-2.5-flash", "substituted"),
    Incident(62, 62.5, "direct", "google/gemini-2.5-flash", "truncated"),
    Incident(70, 106, "holysheep", "claude-sonnet-4.5", "tail", 0.5, ramp_s=8),
    Incident(96, 104, "holysheep", None, "slow", 1.3, ramp_s=8),
    Incident(104, 130, "holysheep", None, "rate_limited", 0.92),
    Incident(136, 136.5, "direct", "anthropic/claude-sonnet-4.5", "hang"),
    Incident(171, 171.5, "direct", "anthropic/claude-sonnet-4.5", "truncated"),
)


def state_at(elapsed_s: float, provider: str, model: str | None) -> Condition:
    """Return a model's condition.

    Args:
        elapsed_s: Seconds since the relay began.
        provider: The provider's name.
        model: The model's id; None asks for the provider alone.
    """
    at_s = elapsed_s % PERIOD_S
    found = Condition()
    for incident in SCRIPT:
        if incident.provider != provider or not incident.start_s <= at_s < incident.end_s:
            continue
        if incident.model is None or incident.model == model:
            found = _with(found, incident, incident.strength(at_s))
    return found


def _with(found: Condition, incident: Incident, strength: float) -> Condition:
    if incident.kind == "down":
        return found._replace(down=True)
    if incident.kind == "slow":
        return found._replace(slowness=1 + (incident.peak - 1) * strength)
    if incident.kind == "tail":
        return found._replace(tail=incident.peak * strength)
    return found._replace(fault=incident.kind, fault_odds=incident.peak * strength)


def until_change_s(elapsed_s: float, provider: str) -> float:
    """Return the seconds until the provider next goes down or comes back."""
    at_s = elapsed_s % PERIOD_S
    changes = [
        moment
        for incident in SCRIPT
        if incident.provider == provider and incident.kind == "down"
        for moment in (incident.start_s, incident.end_s)
    ]
    return min((moment for moment in changes if moment > at_s), default=PERIOD_S) - at_s
