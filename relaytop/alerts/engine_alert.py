"""The alert that nothing is probed: the engine died, or reports nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.alerts.condition import Condition

if TYPE_CHECKING:
    from relaytop.alerts.changes import Changes
    from relaytop.alerts.firing import Firing

ENGINE = "relaytop"
"""Its key."""
ENGINE_WHY = "engine"


class EngineAlert:
    """Fires after some evaluations at which nothing was probed."""

    def __init__(self) -> None:
        self.condition = Condition()
        self._firing: Firing | None = None

    def all(self) -> list[Firing]:
        """Return the alert, where it fires."""
        return [] if self._firing is None else [self._firing]

    def resume(self, firing: Firing) -> None:
        """Go on with the alert of the run before."""
        self._firing = firing

    def judge(self, trouble: str | None, changes: Changes, after: int, *, counted: bool) -> None:
        """Fire, hold or resolve it.

        Args:
            trouble: The reason why nothing is probed; None while all is well.
            changes: Where it is told.
            after: Bad evaluations in a row before it fires.
            counted: Whether this is one of the evaluations every five seconds.
        """
        condition, firing = self.condition, self._firing
        if trouble is None:
            condition.record(bad=False, counted=counted)
        elif counted:  # an engine that is started again within seconds is no news
            condition.good, condition.bad = 0, condition.bad + 1
        if firing is not None:
            message = trouble or firing.alert.message
            firing.alert = dataclasses.replace(firing.alert, message=message)
            if condition.good >= 2 * after:
                changes.resolve(firing)
                self._firing = None
        elif trouble is not None and condition.bad >= after:
            self._firing = changes.new(ENGINE, "", "down", ENGINE_WHY, trouble)
            changes.tell(self._firing, "fired")
