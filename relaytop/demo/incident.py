"""The script of the incident: pure, so that the same moment is always the same trouble.

About two minutes of trouble, then two of calm in which the window empties, then again.
"""

from __future__ import annotations

from typing import NamedTuple

PERIOD_S = 240.0
"""After so long the script begins anew."""


class Condition(NamedTuple):
    """How one model fares at one moment."""

    down: bool = False
    """Connections to its provider are refused."""
    slowness: float = 1.0
    """Factor on every latency."""
    tail: float = 0.0
    """Probability that a reply is one of the slow ones."""
    fault: str | None = None
    """`rate_limited`, `server_error`, `truncated` or `hang`."""
    fault_odds: float = 0.0
    """Probability that a request meets `fault`."""


class Act(NamedTuple):
    """One trouble: what happens, to whom and when."""

    start_s: float
    end_s: float
    provider: str
    model: str | None
    """None: all models of the provider."""
    kind: str
    """`down`, `slow`, `tail`, or a fault of `Condition`."""
    peak: float = 1.0
    """What it grows to: a factor for `slow`, a probability for the others."""
    ramp_s: float = 0.0
    """How long it takes to grow to its peak."""

    def strength(self, at_s: float) -> float:
        """Return how far it has grown at `at_s`, 0–1."""
        return 1.0 if self.ramp_s == 0 else min(1.0, (at_s - self.start_s) / self.ramp_s)


# A span of half a second holds one probe of the demo: single errors, as every relay has them.
SCRIPT = (
    Act(15, 56, "holysheep", "claude-sonnet-4.5", "tail", 0.5, ramp_s=12),
    Act(30, 30.5, "direct", "openai/gpt-4.1", "server_error"),
    Act(38, 46, "holysheep", None, "slow", 1.3, ramp_s=8),
    Act(46, 74, "holysheep", None, "rate_limited", 0.92),
    Act(66, 66.5, "direct", "google/gemini-2.5-flash", "truncated"),
    Act(82, 103, "direct", None, "down"),
    Act(103, 112, "direct", None, "slow", 1.7),
    Act(112, 112.5, "holysheep", "deepseek-v3.2", "hang"),
    Act(120, 120.5, "holysheep", "gpt-4.1", "server_error"),
    Act(171, 171.5, "direct", "anthropic/claude-sonnet-4.5", "truncated"),
)


def state_at(elapsed_s: float, provider: str, model: str | None) -> Condition:
    """Return how a model fares.

    Args:
        elapsed_s: Seconds since the relay began.
        provider: The provider's name.
        model: The model's id; None asks for the provider alone.
    """
    at_s = elapsed_s % PERIOD_S
    found = Condition()
    for act in SCRIPT:
        if act.provider != provider or not act.start_s <= at_s < act.end_s:
            continue
        if act.model is None or act.model == model:
            found = _with(found, act, act.strength(at_s))
    return found


def _with(found: Condition, act: Act, strength: float) -> Condition:
    if act.kind == "down":
        return found._replace(down=True)
    if act.kind == "slow":
        return found._replace(slowness=1 + (act.peak - 1) * strength)
    if act.kind == "tail":
        return found._replace(tail=act.peak * strength)
    return found._replace(fault=act.kind, fault_odds=act.peak * strength)


def until_turn_s(elapsed_s: float, provider: str) -> float:
    """Return the seconds until the provider next goes down or comes back."""
    at_s = elapsed_s % PERIOD_S
    turns = [
        moment
        for act in SCRIPT
        if act.provider == provider and act.kind == "down"
        for moment in (act.start_s, act.end_s)
    ]
    return min((moment for moment in turns if moment > at_s), default=PERIOD_S) - at_s
