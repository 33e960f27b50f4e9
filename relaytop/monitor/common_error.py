"""What every target of several providers fails with: the network or the host is more likely."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.monitor.target import TargetMonitor


def common_error(targets: Iterable[TargetMonitor]) -> str | None:
    """Return the class with which every target of at least two providers fails now.

    Paused targets, and those of which nothing is known, do not count.
    """
    classes: set[str] = set()
    providers: set[str] = set()
    for monitored in targets:
        status = monitored.status.status
        if status in {"paused", "unknown"}:
            continue
        if status != "down" or not monitored.facts.errors:
            return None
        providers.add(monitored.target.provider)
        classes.add(monitored.facts.errors[0].error_class)
    if len(classes) == 1 and len(providers) > 1:
        return classes.pop()
    return None
