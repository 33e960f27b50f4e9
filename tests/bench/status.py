"""The status: how soon each kind of incident is noticed and over, how seldom calm is one.

Simulated through a monitor's public face; the times are of the simulated clock. By hand, since it
takes about a minute of CPU: `python -m tests.bench status`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.bench.scene import Figure
from tests.support.status_simulation import KINDS, TAIL, alarms, calm, incident, quantile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RUNS = 150
SLOW_TO_SHOW = {"errors 20 %": 60.0, TAIL: 60.0}
TARGETS: Mapping[str, Mapping[str, Any]] = {
    "P95 at 58 %": {},
    "P95 at 80 %": {"share": 0.8},
    "P95 at 58 %, AR 0.8": {"correlation": 0.8},
}
CALM: tuple[tuple[str, float, float | None, Mapping[str, Any]], ...] = (
    ("P95 at 58 % of its threshold", 6.0, 1.0, {}),
    ("P95 at 80 %", 6.0, 1.0, {"share": 0.8}),
    ("P95 at 58 %, AR 0.8", 3.0, None, {"correlation": 0.8}),
    ("P95 at its threshold", 3.0, None, {"share": 1.0}),
    ("1 % errors", 2.0, None, {"errors": 0.01}),
    ("errors at their threshold", 2.0, None, {"errors": 0.05}),
)
"""Name, days, false alarms a day at most, options."""


def run() -> Iterator[Figure]:
    for name, options in TARGETS.items():
        kinds = KINDS if not options else KINDS[1:-1]
        for kind in kinds:
            yield from _incidents(name, kind, options, limited="correlation" not in options)
    for name, days, limit, options in CALM:
        changes = calm(1, days, **options)
        yield Figure(f"status: {name}, calm: alarms a day", alarms(changes) / days, "", limit)
        within = len(changes) / (days * 144)
        yield Figure(f"status: {name}, calm: changes in 10 min", within, "", 2.0)


def _incidents(
    name: str, kind: str, options: Mapping[str, Any], *, limited: bool
) -> Iterator[Figure]:
    runs = [incident(kind, seed, **options) for seed in range(RUNS if limited else RUNS // 3)]
    what = f"status: {name}, {kind}"
    noticed = [run.noticed_s for run in runs]
    cleared = [run.cleared_s for run in runs]
    limit = SLOW_TO_SHOW.get(kind, 30.0) if limited else None
    yield Figure(f"{what}: noticed, median", quantile(noticed, 0.5), "s", limit)
    yield Figure(f"{what}: noticed, P90", quantile(noticed, 0.9), "s")
    yield Figure(f"{what}: over, median", quantile(cleared, 0.5), "s", 90.0 if limited else None)
    yield Figure(f"{what}: over, P90", quantile(cleared, 0.9), "s")
