"""Evaluations in a row that found a target bad, or good."""

from __future__ import annotations

from dataclasses import dataclass

EVALUATE_S = 5.0
"""Seconds from one evaluation to the next."""
STATUS_EVALUATIONS = 2
"""Bad evaluations that a status which left `up` counts for. It has a hysteresis of its own: it
takes several probes, and lasts 30 s (`monitor/status.py`), so that the next evaluations are known
to be bad. An alert with `after = 2` therefore fires when the status changes, not 5 s later."""


@dataclass(slots=True)
class Condition:
    """Bad and good evaluations in a row; one of the two is 0."""

    bad: int = 0
    good: int = 0
    differing: int = 0
    """Evaluations in a row at which its cause was another than its provider's alert has."""

    def record(self, *, bad: bool | None, counted: bool) -> None:
        """Note what an evaluation found.

        Args:
            bad: None where nothing is known: paused, or no probe has finished.
            counted: Whether it is one of those every five seconds, or between them.
        """
        if bad is None:
            self.bad = 0
        elif bad:
            self.good = 0
            self.bad = STATUS_EVALUATIONS if not self.bad else self.bad + counted
        else:
            self.bad = self.differing = 0
            self.good += counted
