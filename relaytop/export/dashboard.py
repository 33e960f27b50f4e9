"""A Grafana dashboard of the metrics, as the document that Grafana imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.export.panels import GRAPHS, STATS, TABLES, Panel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24
HEIGHT = 8
STAT_HEIGHT = 4
REQUESTS = "ai_api_requests_total"
REGION = '{region=~"$region"'


def dashboard() -> dict[str, Any]:
    """Return the dashboard; its data source, regions, providers and models are variables."""
    return {
        "uid": "relaytop",
        "title": "relaytop",
        "tags": ["relaytop", "llm"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {
            "list": [
                {
                    "name": "datasource",
                    "label": "Data source",
                    "type": "datasource",
                    "query": "prometheus",
                },
                _variable("region", f"label_values({REQUESTS}, region)"),
                _variable("provider", f"label_values({REQUESTS}{REGION}}}, provider)"),
                _variable(
                    "model", f'label_values({REQUESTS}{REGION},provider=~"$provider"}}, model)'
                ),
            ]
        },
        "panels": [
            _panel(number, panel, place) for number, (panel, place) in enumerate(_places(), start=1)
        ],
    }


def _places() -> Iterator[tuple[Panel, dict[str, int]]]:
    """Yield each panel and where it is: single numbers first, then tables, then graphs."""
    top = 0
    for panels, columns, height in (
        (STATS, len(STATS), STAT_HEIGHT),
        (TABLES, 2, HEIGHT),
        (GRAPHS, 3, HEIGHT),
    ):
        yield from _rows(panels, columns, height, top)
        top += -(-len(panels) // columns) * height


def _rows(
    panels: Sequence[Panel], columns: int, height: int, top: int
) -> Iterator[tuple[Panel, dict[str, int]]]:
    width = WIDTH // columns
    for index, panel in enumerate(panels):
        row, column = divmod(index, columns)
        yield panel, {"x": column * width, "y": top + row * height, "w": width, "h": height}


def _variable(name: str, query: str) -> dict[str, Any]:
    """Return a variable; All also chooses what lacks the label."""
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": query, "refId": name},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _panel(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    query: dict[str, Any] = {
        "refId": "A",
        "datasource": SOURCE,
        "expr": panel.expr,
        "legendFormat": panel.legend,
    }
    found: dict[str, Any] = {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [query],
    }
    if panel.kind == "table":
        query |= {"format": "table", "instant": True}
        found["transformations"] = [
            {"id": "organize", "options": {"excludeByName": {"Time": True}}}
        ]
        found["options"] = {"sortBy": [{"displayName": "Value", "desc": True}]}
    elif panel.kind == "heatmap":
        query["format"] = "heatmap"
        found["options"] = {"calculate": False, "yAxis": {"unit": panel.unit}}
    return found
