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


class Summaries:
    """Summaries as of one moment.

    Args:
        source: The figures.
        now: Unix seconds of the moment.
        thresholds: Target id → its thresholds.
    """

    def __init__(self, source: Source, now: float, thresholds: Mapping[str, Thresholds]) -> None:
        self.now = now
        self._source = source
        self._thresholds = thresholds
        self._targets: dict[str, Summary] = {}
        self._groups: dict[str, GroupSummary] = {}

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
            members = [self.of(target) for target in sorted(group.targets, key=self.severity)]
            found = self._groups[group.key] = summarise(group, members)
        return found

    def severity(self, target: str) -> tuple[int, float, float]:
        """Return a key that sorts the worst target first."""
        return severity(self.of(target), self._thresholds[target].p95_ms)
