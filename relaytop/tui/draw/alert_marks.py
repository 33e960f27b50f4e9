"""Alerts on the screen: a sign in a row, counts in the top line, a clause in the detail's title."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.tui.draw.clock import time_of_day
from relaytop.tui.draw.priority_line import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relaytop.alerts.alert import Alert
    from relaytop.monitor.group import Group
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role, Run

FIRING, ACKNOWLEDGED, SNOOZED = "!", "a", "z"
"""Behind a status: an alert fires; fires, and is acknowledged; is snoozed, whether it fires or not.

Letters, since on the selected row of few colours nothing but the sign itself is left."""
NO_MARK: Run = (" ", "text")
BADGES: Mapping[str, Role] = {"down": "bad2", "degraded": "warn2"}
HH_MM = 5


@dataclass(frozen=True, slots=True)
class ShownAlerts:
    """The alerts of one picture."""

    firing: Sequence[Alert] = ()
    snoozes: Mapping[str, float] = field(default_factory=dict)
    """Key of an alert, or a provider → steady Unix seconds of the snooze's end."""

    def of(self, targets: Iterable[str]) -> list[Alert]:
        """Return the alerts about any of these targets, those that call for attention first."""
        if not self.firing:
            return []
        wanted = set(targets)
        found = (alert for alert in self.firing if alert.is_about(wanted))
        return sorted(found, key=lambda alert: (is_muted(alert), alert.severity != "down"))

    def snoozed_until(self, *keys: str) -> float | None:
        """Return until when any of these keys is snoozed; None: none is."""
        return max((self.snoozes[key] for key in keys if key in self.snoozes), default=None)

    def mark(self, targets: Iterable[str], *keys: str) -> Run:
        """Return the cell behind a row's status.

        Args:
            targets: The ids of the row's targets.
            keys: The names under which the row may be snoozed.
        """
        return _mark(self.of(targets), self.snoozed_until(*keys))

    def clause(self, targets: Iterable[str], *keys: str) -> Line:
        """Return what the detail's title says of the alert; empty: nothing. Arguments as `mark`."""
        return _clause(self.of(targets), self.snoozed_until(*keys))


def group_keys(group: Group) -> tuple[str, ...]:
    """Return the names under which a group may be snoozed: a provider's own."""
    return (group.name,) if group.key.startswith("provider:") else ()


def is_muted(alert: Alert) -> bool:
    """Return whether somebody knows of it already, or does not want to."""
    return alert.acknowledged or alert.snoozed_until is not None


def _mark(alerts: Sequence[Alert], snoozed_until: float | None) -> Run:
    if alerts and not is_muted(alerts[0]):
        return (FIRING, BADGES[alerts[0].severity])
    if alerts and alerts[0].acknowledged:
        return (ACKNOWLEDGED, "warn")
    return (SNOOZED, "dim") if alerts or snoozed_until is not None else NO_MARK


def _clause(alerts: Sequence[Alert], snoozed_until: float | None) -> Line:
    if not alerts:
        return [] if snoozed_until is None else [(f"  {snooze_words(snoozed_until)}", "dim")]
    first = alerts[0]
    if not is_muted(first):
        return [("  ", "text"), (" alert ", BADGES[first.severity])]
    states = ["acknowledged"] * first.acknowledged
    if first.snoozed_until is not None:
        states.append(snooze_words(first.snoozed_until))
    return [(f"  alert {', '.join(states)}", "warn")]


def snooze_words(until: float) -> str:
    """Return how long a snooze lasts: `snoozed until 15:04`."""
    if math.isinf(until):
        return "snoozed until it resolves"
    return f"snoozed until {time_of_day(until)[:HH_MM]}"


def alert_parts(alerts: Sequence[Alert]) -> Sequence[Part]:
    """Return the top line's first parts: how many alerts fire, and how many of them are known."""
    told = [alert for alert in alerts if not is_muted(alert)]
    known = sum(alert.acknowledged for alert in alerts)
    snoozed = len(alerts) - len(told) - known
    parts = []
    if told:
        severity = "down" if any(alert.severity == "down" for alert in told) else "degraded"
        text = f" {len(told)} {'alert' if len(told) == 1 else 'alerts'} "
        parts.append(Part([(text, BADGES[severity])], 0, len(" 99 alerts "), 1))
    for count, word, rank in ((known, "ack", 1), (snoozed, "snoozed", 8)):
        if count:
            parts.append(Part([(f"{count} {word}", "warn")], rank, len(f"99 {word}")))
    return parts


def title_text(alerts: Sequence[Alert], glyphs: Glyphs) -> str | None:
    """Return the terminal's title: `▲2 relaytop`; None where no alert calls for attention."""
    told = sum(not is_muted(alert) for alert in alerts)
    return f"{glyphs.status['degraded']}{told} relaytop" if told else None
