"""When to change one's mind: at once away from what is ill, slowly towards what is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.jobs.pick.ranking import Candidate

BETTER_SHARE = 0.8
"""A P95 must be below this share of the chosen one's …"""
ROUNDS = 3
"""… in so many rounds in a row."""
ILL_ROUNDS = 2
"""Rounds in a row in which the chosen one must be ill, where it is not ill altogether."""


class Choice:
    """Keeps the chosen target from round to round."""

    def __init__(self) -> None:
        self.target: str | None = None
        """The chosen one; None before the first healthy one, and where nobody is healthy."""
        self._rival: str | None = None
        self._rounds = 0
        self._ill = 0

    def after(self, found: Sequence[Candidate]) -> bool:
        """Take a round's candidates, the best first; whether the choice changed."""
        before = self.target
        best = found[0] if found and found[0].healthy else None
        chosen = next((each for each in found if each.target == self.target), None)
        if best is None or chosen is None:
            self._take(best)
        elif not chosen.healthy:
            self._ill += 1
            if chosen.ok == 0 or self._ill >= ILL_ROUNDS:
                self._take(best)
        else:
            self._ill = 0
            self._weigh(chosen, best)
        return self.target != before

    def _weigh(self, chosen: Candidate, best: Candidate) -> None:
        if not _clearly_better(best, chosen):
            self._rival, self._rounds = None, 0
            return
        if best.target != self._rival:
            self._rival, self._rounds = best.target, 0
        self._rounds += 1
        if self._rounds >= ROUNDS:
            self._take(best)

    def _take(self, best: Candidate | None) -> None:
        self.target = None if best is None else best.target
        self._rival, self._rounds, self._ill = None, 0, 0


def _clearly_better(best: Candidate, chosen: Candidate) -> bool:
    if best.target == chosen.target:
        return False
    if best.error_rate < chosen.error_rate:
        return True
    if best.p95_ms is None or chosen.p95_ms is None:
        return False
    return best.p95_ms < BETTER_SHARE * chosen.p95_ms
