"""The alerts that too little is left at a provider: its requests will fail, or fail already."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from relaytop.alerts.condition import Condition
from relaytop.alerts.firing import RANKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.alerts.alert import Severity
    from relaytop.alerts.changes import Changes
    from relaytop.alerts.firing import Firing

LOW_CREDIT = "low_credit"
"""Why they fire."""


class CreditLevel(NamedTuple):
    """What is left at a provider."""

    low: bool
    """Whether that is too little."""
    spent: bool
    """Whether nothing is left."""
    words: str


def credit_key(provider: str) -> str:
    """Return the key of a provider's alert."""
    return f"{provider} credit"


class CreditAlerts:
    """Fires, holds and resolves one alert for each provider."""

    def __init__(self) -> None:
        self._conditions: dict[str, Condition] = {}
        self._firing: dict[str, Firing] = {}

    def all(self) -> list[Firing]:
        """Return the alerts that fire."""
        return [*self._firing.values()]

    def fires(self, provider: str) -> bool:
        """Return whether that of a provider fires."""
        return provider in self._firing

    @property
    def idle(self) -> bool:
        """Whether nothing fires, and nothing was low at the last evaluation."""
        return not self._firing and not any(each.bad for each in self._conditions.values())

    def resume(self, firing: Firing) -> None:
        """Go on with an alert of the run before."""
        self._firing[firing.alert.provider] = firing

    def judge(
        self, levels: Mapping[str, CreditLevel], changes: Changes, after: int, *, counted: bool
    ) -> None:
        """Fire, hold or resolve them.

        Args:
            levels: Provider → what is left there; of others nothing is known, and theirs hold.
            changes: Where they are told.
            after: Bad evaluations in a row before one fires.
            counted: Whether this is one of the evaluations every five seconds.
        """
        for provider, level in levels.items():
            condition = self._conditions.setdefault(provider, Condition())
            if level.low:
                condition.good, condition.bad = 0, condition.bad + counted
            else:
                condition.record(bad=False, counted=counted)
            firing = self._firing.get(provider)
            severity: Severity = "down" if level.spent else "degraded"
            if firing is None and level.low and condition.bad >= after:
                key = credit_key(provider)
                firing = changes.new(key, provider, severity, LOW_CREDIT, level.words)
                self._firing[provider] = firing
                changes.tell(firing, "fired")
            elif firing is not None and level.low:
                self._update(firing, severity, level.words, changes)
            elif firing is not None and condition.good >= 2 * after:
                del self._firing[provider]
                changes.resolve(firing)

    def _update(self, firing: Firing, severity: Severity, words: str, changes: Changes) -> None:
        worse = RANKS[severity] > RANKS[firing.alert.severity]
        severity = severity if worse else firing.alert.severity
        firing.alert = dataclasses.replace(firing.alert, severity=severity, message=words)
        if worse:
            changes.tell(firing, "worse")
