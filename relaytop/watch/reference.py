"""An older snapshot beside the live figures: is this normal?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from relaytop.store.difference import Change, compare_target
from relaytop.store.document import target_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.monitor.source import Source
    from relaytop.monitor.summary import Summary

Cell = tuple[str, Literal["dim", "text", "good", "bad"]]
"""A few characters, and what they mean."""
RENEW_S = 10.0
"""Seconds for which a cell stands, however many samples come."""
SHORT = {"error rate": "err", "$ per request": "$", "status": ""}
ROLES: Mapping[str, Literal["good", "bad"]] = {"worse": "bad", "better": "good"}


class Reference:
    """Changes since a snapshot, target by target.

    Args:
        document: The snapshot.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._targets = {str(target["target"]): target for target in document["targets"]}
        self._known: dict[str, tuple[float, Cell]] = {}
        """Target → the moment of the sample that its cell was made from, and the cell."""

    def cell(self, source: Source, summary: Summary) -> Cell:
        """Return what matters most of a target's change, in at most nine cells.

        `=` where nothing differs beyond noise; blank where the snapshot does not know the target.
        How sure the figures are is looked at every few seconds only: that takes milliseconds.
        """
        known = self._known.get(summary.target)
        at = summary.last_at or summary.since
        if known is not None and 0 <= at - known[0] < RENEW_S:
            return known[1]
        made = self._cell(source, summary, at)
        self._known[summary.target] = (at, made)
        return made

    def _cell(self, source: Source, summary: Summary, at: float) -> Cell:
        before = self._targets.get(summary.target)
        if before is None or not summary.requests:
            return ("", "dim")
        after = target_document(summary, at, source.confidence(summary.target))
        changes = compare_target(before, after)
        real = [change for change in changes if change.kind != "noise"]
        if not real:
            return ("=", "dim")
        first = max(real, key=lambda change: change.weight)
        return (_words(first), ROLES.get(first.kind, "text"))


def _words(change: Change) -> str:
    before, after = change.before, change.after
    name = SHORT.get(change.figure, change.figure)
    if not isinstance(before, float) or not isinstance(after, float):
        return str(after)
    if change.figure == "error rate":
        return f"{name}{(after - before) * 100:+.0f}"
    return f"{name}{min(999, (after / before - 1) * 100):+.0f}%" if before else name
