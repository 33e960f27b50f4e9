"""The dashboard: what Grafana needs of it. Its queries are tried on a real Prometheus elsewhere."""

import itertools
import json
from pathlib import Path
from typing import Any

from relaytop.export.dashboard import dashboard
from tests.export.promtool import needs_promtool, promtool


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
    assert {"P95 stream gap", "Cached replies", "Replies by served model"} <= titles
    assert {"Alerts firing", "P99 read lateness", "P95 latency by region"} <= titles
    variables = [variable["name"] for variable in tree["templating"]["list"]]
    assert variables == ["datasource", "region", "provider", "model"]
    assert json.loads(json.dumps(tree)) == tree


def test_panels_of_a_kind_have_what_that_kind_needs() -> None:
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for panel in dashboard()["panels"]:
        by_kind.setdefault(panel["type"], []).append(panel)
    assert by_kind.keys() == {"stat", "table", "timeseries", "heatmap"}
    for panel in by_kind["table"]:
        (query,) = panel["targets"]
        assert (query["format"], query["instant"]) == ("table", True)
    (heatmap,) = by_kind["heatmap"]
    assert heatmap["targets"][0]["format"] == "heatmap"
    assert heatmap["targets"][0]["legendFormat"] == "{{le}}"
    assert all(panel["targets"][0]["legendFormat"] for panel in by_kind["timeseries"])


def test_all_regions_are_also_those_of_agents_without_one() -> None:
    """A chosen "All" is a list of the known values, unless a value for it is given."""
    for variable in dashboard()["templating"]["list"][1:]:
        assert variable["allValue"] == ".*"
        assert variable["query"]["query"].startswith("label_values(")


@needs_promtool
def test_promtool_understands_each_query(tmp_path: Path) -> None:
    rules = [
        {"record": "panel", "expr": panel["targets"][0]["expr"].replace("$__rate_interval", "1m")}
        for panel in dashboard()["panels"]
    ]
    path = tmp_path / "rules.yml"
    path.write_text(
        json.dumps({"groups": [{"name": f"g{i}", "rules": [r]} for i, r in enumerate(rules)]})
    )
    code, complaint = promtool("check", "rules", path)
    assert code == 0, complaint
