"""What the next hour's probes cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.config.settings import Settings
    from relaytop.monitor.probe_costs import ProbeCosts
    from relaytop.monitor.target import TargetMonitor


class ProjectedCost(NamedTuple):
    """What the next hour's probes cost, in USD."""

    usd_per_h: float | None
    """Of the targets whose cost is known; None where there are targets and none is."""
    complete: bool
    """Whether the cost of all of them is."""
    reserved_usd_per_h: float
    """What the budget reserves for them."""


def projected_cost(
    targets: Iterable[TargetMonitor], settings: Settings, costs: ProbeCosts
) -> ProjectedCost:
    """Return what the next hour costs if every target that is not paused keeps its interval."""
    active = [m for m in targets if m.status.status != "paused"]
    providers = {p.name: p for p in settings.providers}
    estimates = [
        costs.per_hour(
            m.target,
            m.interval_s,
            providers[m.target.provider].prices.get(m.target.model),
            settings.assumed_price,
        )
        for m in active
    ]
    complete = all(
        estimate.known or (m.window.cost_usd is not None and m.window.cost_complete)
        for m, estimate in zip(active, estimates, strict=True)
    )
    known = [e.usd_per_h for e in estimates if e.known]
    reserved = sum(e.usd_per_h for e in estimates)
    return ProjectedCost(sum(known) if known or not estimates else None, complete, reserved)
