"""What one cause explains in several places is one alert."""

from __future__ import annotations

from relaytop.alerts.keeper import AlertKeeper
from relaytop.monitor.where import judge
from tests.monitor.test_where import PLACES, at, fleet, of

AFTER = 2


def fired(bad: list[tuple[str, str, str]]) -> list[str]:
    keeper = AlertKeeper(AFTER)
    rows = fleet(bad)
    groups = {t: verdict.name for verdict in judge(rows) for t in verdict.targets}
    for step in range(AFTER + 1):
        keeper.evaluate(rows, 5.0 * step, groups=groups)
    return [f"{alert.key}: {len(alert.targets)} of {alert.of}" for alert in keeper.firing]


def test_a_place_is_one_alert() -> None:
    assert fired(at("ops-2")) == ["path from ops-2: 5 of 5"]


def test_a_model_is_one_alert() -> None:
    assert fired(of("holysheep", PLACES, ["qwen"])) == ["holysheep/qwen: 6 of 6"]


def test_a_provider_is_one_alert() -> None:
    assert fired(of("holysheep", PLACES)) == ["holysheep: 18 of 18"]


def test_it_ends_whatever_explains_it_meanwhile() -> None:
    keeper = AlertKeeper(AFTER)
    rows = fleet(at("ops-2"))
    groups = {t: verdict.name for verdict in judge(rows) for t in verdict.targets}
    for step in range(AFTER + 1):
        keeper.evaluate(rows, 5.0 * step, groups=groups)
    well = fleet([])
    kinds = []
    for step in range(AFTER + 1, 4 * AFTER + 2):
        kinds += [change.kind for change in keeper.evaluate(well, 5.0 * step)]
    assert kinds == ["resolved"]
    assert keeper.firing == ()
