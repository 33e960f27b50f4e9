"""The dashboard: what Grafana needs of it. Its queries are tried on a real Prometheus elsewhere."""

import itertools
import json
from typing import Any

from relaytop.export.dashboard import dashboard


def overlaps(one: dict[str, int], other: dict[str, int]) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    panels: list[dict[str, Any]] = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert not any(overlaps(a, b) for a, b in itertools.combinations(places, 2))


def test_what_was_promised_is_there() -> None:
    tree = dashboard()
    titles = {panel["title"] for panel in tree["panels"]}
    assert {"P50 latency", "P95 latency", "P99 latency", "Error rate"} <= titles
    assert {"Tokens per second", "Cost per hour", "Rate limit left"} <= titles
    variables = [variable["name"] for variable in tree["templating"]["list"]]
    assert variables == ["datasource", "provider", "model"]
    assert json.loads(json.dumps(tree)) == tree
