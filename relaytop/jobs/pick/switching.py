"""Switching the choice: at once away from what is dead, slowly towards what is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.jobs.pick.ranking import Candidate

BETTER_SHARE = 0.8
"""A P95 must be below this share of the chosen one's …"""
BETTER_ROUNDS = 3
"""… in so many rounds in a row."""
UNHEALTHY_ROUNDS = 2
"""Rounds in a row in which the chosen one must be unhealthy, where it is not dead."""


class Switcher:
    """Decides from round to round which target is chosen."""

    def __init__(self) -> None:
        self.target: str | None = None
        """The chosen one; None before the first healthy one, and where nobody is healthy."""
        self._challenger: str | None = None
        self._better_rounds = 0
        self._unhealthy_rounds = 0

    def update(self, found: Sequence[Candidate]) -> bool:
        """Apply a round's candidates, the best first; return whether the choice changed."""
        before = self.target
        best = found[0] if found and found[0].healthy else None
        chosen = next((each for each in found if each.target == self.target), None)
        if best is None or chosen is None:
            self._choose(best)
        elif not chosen.healthy:
            self._unhealthy_rounds += 1
            if chosen.summary.ok == 0 or self._unhealthy_rounds >= UNHEALTHY_ROUNDS:
                self._choose(best)
        else:
            self._unhealthy_rounds = 0
            self._compare(chosen, best)
        return self.target != before

    def _compare(self, chosen: Candidate, best: Candidate) -> None:
        if not _clearly_better(best, chosen):
            self._challenger, self._better_rounds = None, 0
            return
        if best.target != self._challenger:
            self._challenger, self._better_rounds = best.target, 0
        self._better_rounds += 1
        if self._better_rounds >= BETTER_ROUNDS:
            self._choose(best)

    def _choose(self, best: Candidate | None) -> None:
        self.target = None if best is None else best.target
        self._challenger, self._better_rounds, self._unhealthy_rounds = None, 0, 0


def _clearly_better(best: Candidate, chosen: Candidate) -> bool:
    if best.target == chosen.target:
        return False
    if best.error_rate < chosen.error_rate:
        return True
    best_ms, chosen_ms = best.summary.latency.p95, chosen.summary.latency.p95
    if best_ms is None or chosen_ms is None:
        return False
    return best_ms < BETTER_SHARE * chosen_ms
