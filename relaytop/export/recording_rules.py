"""Prometheus recording rules: rates over five minutes, which `relaytop fleet` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SPAN = "5m"
LATENCY = "ai_api_request_latency_seconds"
TTFT = "ai_api_time_to_first_token_seconds"
GAP = "ai_api_stream_gap_seconds"
COUNTED = (
    *(f"{histogram}_bucket" for histogram in (LATENCY, TTFT, GAP)),
    "ai_api_requests_total",
    "ai_api_errors_total",
    "ai_api_cached_total",
    "ai_api_tokens_used_total",
    "ai_api_cost_usd_total",
)
"""Metrics of which the rate is recorded."""
QUANTILES = ((LATENCY, 95), (TTFT, 50), (TTFT, 95), (GAP, 95))
"""Histogram and percentile."""
OF_METRICS = frozenset({"provider", "model", "status", "class", "type", "le"})
"""Labels of these metrics; all others are of the scrape config."""
HEADER = """\
# Recording rules for relaytop's metrics, as `relaytop rules --recording` prints them.
groups:
  - name: relaytop-recording
    rules:
"""


def recorded(metric: str) -> str:
    """Return the name under which a counter's rate is recorded."""
    return f"relaytop:{metric.removesuffix('_total')}:rate{SPAN}"


def recording_rules_file(without: Sequence[str] = ()) -> str:
    """Return the rules as YAML.

    Args:
        without: Labels that are summed over, such as `instance`; none: all labels are kept.
    """
    blocks = [f"      - record: {name}\n        expr: {expr}\n" for name, expr in _rules(without)]
    return HEADER + "\n".join(blocks)


def _rules(without: Sequence[str]) -> Iterator[tuple[str, str]]:
    for metric in COUNTED:
        rate = f"rate({metric}[{SPAN}])"
        summed = f"sum without ({', '.join(without)}) ({rate})" if without else rate
        yield recorded(metric), summed
    requests = recorded("ai_api_requests_total")
    failed = f'sum without (status) ({requests}{{status="error"}})'
    yield (
        f"relaytop:ai_api_error_ratio:rate{SPAN}",
        f"{failed} / (sum without (status) ({requests}) > 0)",
    )
    for histogram, percent in QUANTILES:
        rate = recorded(f"{histogram}_bucket")
        yield (
            f"relaytop:{histogram}:p{percent}_{SPAN}",
            f"histogram_quantile({percent / 100:g}, {rate})",
        )
