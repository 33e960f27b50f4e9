"""A Grafana dashboard of the metrics, as the document that Grafana imports."""

from __future__ import annotations

from typing import Any

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
OF = '{provider=~"$provider",model=~"$model"}'
TARGET = "{{provider}}/{{model}}"
WIDTH = 24
HEIGHT = 8


def _rate(name: str, by: str, more: str = "") -> str:
    matchers = OF.replace("}", f",{more}}}") if more else OF
    return f"sum by ({by}) (rate({name}{matchers}[$__rate_interval]))"


def _quantile(quantile: float, histogram: str) -> str:
    return (
        f"histogram_quantile({quantile:g}, {_rate(histogram + '_bucket', 'provider, model, le')})"
    )


_LATENCY = "ai_api_request_latency_seconds"
_TTFT = "ai_api_time_to_first_token_seconds"
_REQUESTS = "ai_api_requests_total"
_PAIR = "provider, model"
_ERRORS = _rate(_REQUESTS, _PAIR, 'status="error"')
_GRAPHS: tuple[tuple[str, str, str, str], ...] = (
    ("P50 latency", "s", _quantile(0.5, _LATENCY), TARGET),
    ("P95 latency", "s", _quantile(0.95, _LATENCY), TARGET),
    ("P99 latency", "s", _quantile(0.99, _LATENCY), TARGET),
    ("P95 time to first token", "s", _quantile(0.95, _TTFT), TARGET),
    ("Error rate", "percentunit", f"{_ERRORS} / {_rate(_REQUESTS, _PAIR)}", TARGET),
    (
        "Errors by class",
        "ops",
        _rate("ai_api_errors_total", f"{_PAIR}, class") + " > 0",
        f"{TARGET} {{{{class}}}}",
    ),
    (
        "Tokens per second",
        "none",
        _rate("ai_api_tokens_used_total", f"{_PAIR}, type"),
        f"{TARGET} {{{{type}}}}",
    ),
    ("Cost per hour", "currencyUSD", f"3600 * {_rate('ai_api_cost_usd_total', _PAIR)}", TARGET),
    (
        "Rate limit left",
        "percentunit",
        f"min by ({_PAIR}, kind) (ai_api_rate_limit_remaining{OF} / ai_api_rate_limit{OF})",
        f"{TARGET} {{{{kind}}}}",
    ),
)
"""Title, unit, expression, legend."""
_STATS: tuple[tuple[str, str, str, str], ...] = (
    ("Models up", "none", f"sum(min by ({_PAIR}) (ai_api_up{OF}))", ""),
    ("Models down", "none", f"sum(1 - min by ({_PAIR}) (ai_api_up{OF}))", ""),
    ("Agents probing", "none", "sum(relaytop_engine_up)", ""),
    (
        "Budget spent today",
        "percentunit",
        "max(relaytop_budget_spent_usd / relaytop_budget_usd)",
        "",
    ),
)


def dashboard() -> dict[str, Any]:
    """Return the dashboard; its data source, providers and models are variables."""
    width = WIDTH // len(_STATS)
    stats = [
        _panel(index + 1, "stat", stat, {"x": index * width, "y": 0, "w": width, "h": 4})
        for index, stat in enumerate(_STATS)
    ]
    graphs = [
        _panel(
            len(_STATS) + index + 1,
            "timeseries",
            graph,
            {
                "x": index % 3 * (WIDTH // 3),
                "y": 4 + index // 3 * HEIGHT,
                "w": WIDTH // 3,
                "h": HEIGHT,
            },
        )
        for index, graph in enumerate(_GRAPHS)
    ]
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
                _variable("provider", f"label_values({_REQUESTS}, provider)"),
                _variable("model", f'label_values({_REQUESTS}{{provider=~"$provider"}}, model)'),
            ]
        },
        "panels": stats + graphs,
    }


def _variable(name: str, query: str) -> dict[str, Any]:
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
        "current": {"text": "All", "value": "$__all"},
    }


def _panel(
    number: int, kind: str, what: tuple[str, str, str, str], place: dict[str, int]
) -> dict[str, Any]:
    title, unit, expr, legend = what
    query = {"refId": "A", "datasource": SOURCE, "expr": expr, "legendFormat": legend}
    return {
        "id": number,
        "type": kind,
        "title": title,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [query],
    }
