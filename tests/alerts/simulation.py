"""Targets whose status a test sets, and a keeper that evaluates them as time goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.alerts.condition import EVALUATE_S
from relaytop.alerts.keeper import AlertKeeper
from relaytop.monitor.summary import LastError, Status, Summary

if TYPE_CHECKING:
    from relaytop.alerts.firing import Change

T0 = 1_790_000_000.0


class Simulation:
    """A keeper, its targets, and all that it said.

    Args:
        targets: Their ids, `provider/model`.
        after: As the keeper's.
    """

    def __init__(self, *targets: str, after: int = 2) -> None:
        self.keeper = AlertKeeper(after)
        self.now = T0
        self.changes: list[Change] = []
        self.trouble: str | None = None
        self._summaries: dict[str, Summary] = {}
        for target in targets:
            self.set(target, "up")

    def set(self, target: str, status: Status, why: str | None = None, **fields: float) -> None:
        """Give a target a status; `why`: the class with which its newest probe failed."""
        provider, _, model = target.partition("/")
        error = None if why is None else LastError(why, self.now, f"{why}!", "req")
        rate = fields.get("error_rate", 1.0 if status == "down" else None)
        self._summaries[target] = Summary(
            target=target,
            provider=provider,
            model=model,
            status=status,
            since=fields.get("since", self.now),
            broken=("error_rate",) if status == "degraded" else (),
            errors={} if why is None else {why: 3},
            error_rate=rate,
            last_error=error,
            last_at=fields.get("last_at", self.now),
        )

    def remove(self, target: str) -> None:
        """Watch a target no more."""
        del self._summaries[target]

    def look(self, *, quiet: bool = False) -> list[str]:
        """Evaluate at this moment; return what it said, `KIND KEY` each."""
        found = self.keeper.evaluate(
            [*self._summaries.values()], self.now, trouble=self.trouble, quiet=quiet
        )
        self.changes += found
        return [f"{change.kind} {change.alert.key}" for change in found]

    def run(self, evaluations: int) -> list[str]:
        """Let evaluations follow one another, and return what they said."""
        said: list[str] = []
        for _ in range(evaluations):
            self.now += EVALUATE_S
            said += self.look()
        return said

    @property
    def firing(self) -> list[str]:
        """The keys of the alerts that fire."""
        return [alert.key for alert in self.keeper.firing]

    @property
    def acknowledged(self) -> list[str]:
        """The keys of those that were acknowledged."""
        return [alert.key for alert in self.keeper.firing if alert.acknowledged]

    @property
    def rings(self) -> int:
        """How often the bell was rung."""
        return sum(change.rings for change in self.changes)

    @property
    def sent(self) -> list[str]:
        """What others were told."""
        return [f"{c.kind} {c.alert.key}" for c in self.changes if c.sent]
