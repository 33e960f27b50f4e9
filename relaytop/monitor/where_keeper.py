"""Verdicts on where failures are, held for a while so that they do not flicker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.monitor.where import judge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.monitor.summary import Summary
    from relaytop.monitor.where import Verdict

SETTLE_S = 4.0
"""A verdict is told once it has held for so long: rows of one outage fail one after the other."""
STAY_S = 30.0
"""It stays for so long after it held last."""


@dataclass(slots=True)
class _Held:
    verdict: Verdict
    began_at: float
    holds_at: float
    told: bool = False


@dataclass(frozen=True, slots=True)
class WhereChange:
    """That a verdict began or ended."""

    verdict: Verdict
    began: bool
    since: float
    """Unix seconds."""


class WhereKeeper:
    """Judges rows again and again."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str, str, str], _Held] = {}
        self._looked = False
        self.found: tuple[Verdict, ...] = ()
        """The verdicts of the newest judgement, whether they are told yet or not."""

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts that are told, that of the most rows first."""
        told = [held.verdict for held in self._held.values() if held.told]
        return tuple(sorted(told, key=lambda verdict: -len(verdict.targets)))

    @property
    def pending(self) -> bool:
        """Whether time alone may change something."""
        return bool(self._held)

    def evaluate(self, summaries: Iterable[Summary], now: float) -> list[WhereChange]:
        """Judge anew, and return what began or ended.

        Args:
            summaries: All rows.
            now: Unix seconds.
        """
        rows = list(summaries)
        found = self.found = judge(rows)
        # What was so before anybody looked is not about to change.
        settle_s, self._looked = SETTLE_S if self._looked else 0.0, self._looked or bool(rows)
        for verdict in found:
            held = self._held.get(verdict.key)
            if held is None:
                self._held[verdict.key] = _Held(verdict, now, now)
            else:
                held.verdict, held.holds_at = verdict, now
        changes = []
        current = {target for verdict in found for target in verdict.targets}
        for key, held in list(self._held.items()):
            if held.holds_at == now:
                if not held.told and now - held.began_at >= settle_s:
                    held.told = True
                    changes.append(WhereChange(held.verdict, began=True, since=held.began_at))
                continue
            replaced = bool(current & {*held.verdict.targets})
            if replaced or not held.told or now - held.holds_at >= STAY_S:
                del self._held[key]
                if held.told:
                    changes.append(WhereChange(held.verdict, began=False, since=held.began_at))
        return changes
