"""The panels of the Grafana dashboard: what each shows."""

from __future__ import annotations

from dataclasses import dataclass

from relaytop.export.recording_rules import GAP, LATENCY, TTFT

CHOSEN = 'region=~"$region",provider=~"$provider",model=~"$model"'
"""The variables; without a `region` label, All chooses everything."""
OF = f"{{{CHOSEN}}}"
PAIR = "provider, model"
TARGET = "{{provider}}/{{model}}"
PLACE = "region, instance"
WORST = 15


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel with one query."""

    title: str
    unit: str
    """Grafana's name of it."""
    expr: str
    legend: str = ""
    kind: str = "timeseries"
    """Grafana's name of it: timeseries, stat, table or heatmap."""


def _rate(name: str, by: str, more: str = "") -> str:
    matchers = f"{{{CHOSEN},{more}}}" if more else OF
    return f"sum by ({by}) (rate({name}{matchers}[$__rate_interval]))"


def _quantile(quantile: float, histogram: str, by: str = PAIR) -> str:
    return f"histogram_quantile({quantile:g}, {_rate(f'{histogram}_bucket', f'{by}, le')})"


def _ratio(by: str) -> str:
    failed = _rate(_REQUESTS, by, 'status="error"')
    return f"{failed} / ({_rate(_REQUESTS, by)} > 0)"


_REQUESTS = "ai_api_requests_total"
_LATE = "relaytop_read_lateness_seconds_bucket"
_LATE_RATE = f'sum by (region, instance, le) (rate({_LATE}{{region=~"$region"}}[$__rate_interval]))'
_UP = f"min by ({PAIR}) (ai_api_up{OF})"

STATS = (
    Panel("Models up", "none", f"sum({_UP})", kind="stat"),
    Panel("Models down", "none", f"sum(1 - {_UP})", kind="stat"),
    Panel(
        "Alerts firing",
        "none",
        'count(relaytop_alert_firing{region=~"$region"} == 1) or vector(0)',
        kind="stat",
    ),
    Panel("Agents probing", "none", 'sum(relaytop_engine_up{region=~"$region"})', kind="stat"),
    Panel(
        "Budget spent today",
        "percentunit",
        'max(relaytop_budget_spent_usd{region=~"$region"} / relaytop_budget_usd)',
        kind="stat",
    ),
    Panel(
        "Oldest last success",
        "s",
        f"time() - min(ai_api_last_success_timestamp_seconds{OF})",
        kind="stat",
    ),
)
TABLES = (
    Panel(
        "Worst by error rate",
        "percentunit",
        f"topk({WORST}, {_ratio(f'{PAIR}, {PLACE}')} > 0)",
        kind="table",
    ),
    Panel(
        "Worst by P95 latency",
        "s",
        f"topk({WORST}, {_quantile(0.95, LATENCY, f'{PAIR}, {PLACE}')} > 0)",
        kind="table",
    ),
)
GRAPHS = (
    Panel("P50 latency", "s", _quantile(0.5, LATENCY), TARGET),
    Panel("P95 latency", "s", _quantile(0.95, LATENCY), TARGET),
    Panel("P99 latency", "s", _quantile(0.99, LATENCY), TARGET),
    Panel("P95 time to first token", "s", _quantile(0.95, TTFT), TARGET),
    Panel("P95 stream gap", "s", _quantile(0.95, GAP), TARGET),
    Panel("Error rate", "percentunit", _ratio(PAIR), TARGET),
    Panel("Error rate by region", "percentunit", _ratio("region"), "{{region}}"),
    Panel("P95 latency by region", "s", _quantile(0.95, LATENCY, "region"), "{{region}}"),
    Panel("Latency distribution", "s", _rate(f"{LATENCY}_bucket", "le"), "{{le}}", kind="heatmap"),
    Panel(
        "Errors by class",
        "ops",
        _rate("ai_api_errors_total", f"{PAIR}, class") + " > 0",
        f"{TARGET} {{{{class}}}}",
    ),
    Panel(
        "Alerts firing",
        "none",
        f'max by (alert, {PAIR}, {PLACE}) (relaytop_alert_firing{{region=~"$region"}})',
        "{{alert}} {{provider}}/{{model}} {{region}} {{instance}}",
    ),
    Panel(
        "Replies by served model",
        "ops",
        _rate("ai_api_served_total", f"{PAIR}, served"),
        f"{TARGET} {{{{served}}}}",
    ),
    Panel("Cached replies", "ops", _rate("ai_api_cached_total", PAIR), TARGET),
    Panel("Skipped probes", "ops", _rate("relaytop_probes_skipped_total", PAIR), TARGET),
    Panel(
        "P99 read lateness",
        "s",
        f"histogram_quantile(0.99, {_LATE_RATE})",
        "{{region}} {{instance}}",
    ),
    Panel(
        "Tokens per second",
        "none",
        _rate("ai_api_tokens_used_total", f"{PAIR}, type"),
        f"{TARGET} {{{{type}}}}",
    ),
    Panel("Cost per hour", "currencyUSD", f"3600 * {_rate('ai_api_cost_usd_total', PAIR)}", TARGET),
    Panel(
        "Rate limit left",
        "percentunit",
        f"min by ({PAIR}, kind) (ai_api_rate_limit_remaining{OF} / ai_api_rate_limit{OF})",
        f"{TARGET} {{{{kind}}}}",
    ),
)
