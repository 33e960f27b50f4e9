"""The rules that hold, in words for the event log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor.recent_probes import BAD

if TYPE_CHECKING:
    from relaytop.monitor.status import StatusKeeper


def describe_rules(status: StatusKeeper) -> str:
    """Return in words which rules hold."""
    recent, factor = status.recent, status.slower_by
    slower = "slower than" if factor is None else f"{factor:.1f} ×"
    words = {
        "hanging": "hanging",
        "recent": f"{recent.count(BAD)} of the last {len(recent.marks)} bad",
        "slower": f"{slower} its own hour",
    }
    thresholds = [rule for rule in status.rules if rule not in words]
    found = [words[rule] for rule in status.rules if rule in words]
    if thresholds:
        found.insert(0, f"{', '.join(thresholds)} over threshold")
    return ", ".join(found) or "recovering"
