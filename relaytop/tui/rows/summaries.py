"""The figures of one picture: of each target and group they are read at most once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor.group import severity, summarise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.group import Group, GroupSummary
    from relaytop.monitor.source import Source
    from relaytop.monitor.summary import Summary

KeptState = tuple[tuple["Summary", ...], "GroupSummary"]
"""The members of a group in the order of the config, and its state."""


class Summaries:
    """Summaries as of one moment.

    Args:
        source: The figures.
        now: Unix seconds of the moment.
        thresholds: Target id → its thresholds.
        kept: The states of groups, from picture to picture: of one in which nothing has changed
            it is not computed again.
    """

    def __init__(
        self,
        source: Source,
        now: float,
        thresholds: Mapping[str, Thresholds],
        kept: dict[str, KeptState] | None = None,
    ) -> None:
        self.now = now
        self._source = source
        self._thresholds = thresholds
        self._targets: dict[str, Summary] = {}
        self._groups: dict[str, GroupSummary] = {}
        self._kept = {} if kept is None else kept

    def of(self, target: str) -> Summary:
        """Return one target's."""
        found = self._targets.get(target)
        if found is None:
            found = self._targets[target] = self._source.summary(target, self.now)
        return found

    def of_group(self, group: Group) -> GroupSummary:
        """Return one group's, its targets the worst first."""
        found = self._groups.get(group.key)
        if found is None:
            members = tuple(self.of(target) for target in group.targets)
            known = self._kept.get(group.key)
            if known is None or known[0] != members:
                ordered = [self.of(target) for target in sorted(group.targets, key=self.severity)]
                known = self._kept[group.key] = members, summarise(group, ordered)
            found = self._groups[group.key] = known[1]
        return found

    def severity(self, target: str) -> tuple[int, float, float]:
        """Return a key that sorts the worst target first."""
        return severity(self.of(target), self._thresholds[target].p95_ms)
