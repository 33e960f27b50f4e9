"""Labels of the figures."""

from __future__ import annotations

LABELS = {
    "success_rate": "success",
    "mean": "mean",
    "min": "min",
    "max": "max",
    "p50": "P50",
    "p95": "P95",
    "p99": "P99",
    "typical": "typical",
    "tail": "slowest tenth",
    "far_tail": "slowest twentieth",
    "last_tail": "slowest fortieth",
    "spread": "spread",
    "ttft_p50": "TTFT P50",
    "ttft_p95": "TTFT P95",
    "ttft": "TTFT typical",
    "input_tokens": "tokens in",
    "tokens": "tokens out",
    "length": "characters",
    "cost": "$ per request",
}
PROMPT_ADJUSTED = {"typical", "tail", "far_tail", "last_tail", "spread", "ttft"}
"""Those without the prompts' effect (`prompt_effect`)."""
