"""How soon an incident is noticed and over, and how seldom calm is taken for one."""

import statistics

import pytest

from relaytop.config.settings import Window
from tests.support.status_simulation import (
    KINDS,
    TAIL,
    SimulatedTarget,
    alarms,
    calm,
    incident,
    most_within,
    quantile,
)

SEEDS = range(15)
DAY_S = 86_400.0


@pytest.mark.parametrize("kind", KINDS)
def test_an_incident_is_noticed_soon_and_over_soon(kind: str) -> None:
    runs = [incident(kind, seed, share=0.7) for seed in SEEDS]
    noticed = quantile([run.noticed_s for run in runs], 0.5)
    cleared = quantile([run.cleared_s for run in runs], 0.5)
    assert noticed <= (60.0 if kind in {"errors 20 %", TAIL} else 35.0)
    assert cleared <= 90.0
    assert statistics.mean(run.changes for run in runs) < 4


def test_calm_is_no_incident() -> None:
    changes = [calm(seed, 1.0, share=0.8) for seed in range(2)]
    assert sum(map(alarms, changes)) / len(changes) < 1.0


@pytest.mark.parametrize("options", [{"share": 1.0}, {"errors": 0.05}])
def test_a_target_at_its_threshold_does_not_flap(options: dict[str, float]) -> None:
    runs = [calm(seed, 0.25, **options) for seed in range(3)]
    assert all(most_within(changes, 600.0) <= 3 for changes in runs)
    assert statistics.mean(map(len, runs)) / (0.25 * DAY_S / 600.0) < 0.5


def test_one_error_of_a_hundred_is_none_at_the_start() -> None:
    degraded = 0
    for seed in range(200):
        target = SimulatedTarget(seed, errors=0.01)
        target.run(120.0)
        degraded += target.changes != [] and target.status != "up"
    assert degraded <= 1


@pytest.mark.parametrize("interval_s", [1.0, 60.0])
def test_rules_count_probes_at_any_interval(interval_s: float) -> None:
    runs = [
        incident(
            "errors 100 %",
            seed,
            interval_s=interval_s,
            calm_s=120 * interval_s,
            lasts_s=40 * interval_s,
        )
        for seed in range(9)
    ]
    assert quantile([run.noticed_s for run in runs], 0.5) <= 3 * interval_s
    assert quantile([run.cleared_s for run in runs], 0.5) <= (31.0 if interval_s < 5 else 180.0)


def test_a_window_of_requests_gives_the_same_status() -> None:
    window = Window(seconds=None, count=100)
    runs = [incident("errors 30 %", seed, window=window) for seed in range(9)]
    assert quantile([run.noticed_s for run in runs], 0.5) <= 45.0
    assert quantile([run.cleared_s for run in runs], 0.5) <= 90.0
