"""The demo's three providers and their models, with the latency and the price of each."""

from __future__ import annotations

from typing import NamedTuple


class DemoModel(NamedTuple):
    """One model as one provider serves it."""

    id: str
    ttft_ms: float
    """Median time to the first token."""
    sigma: float
    """Spread of that time: the standard deviation of its logarithm."""
    token_ms: float
    """Median time between two tokens."""
    price_in: float
    """USD per million tokens."""
    price_out: float
    probed: bool = True
    """Whether the demo probes it from the start; others can be added at the screen."""


class DemoProvider(NamedTuple):
    """One provider."""

    name: str
    models: tuple[DemoModel, ...]
    requests_per_minute: int
    tokens_per_minute: int
    limit_style: str
    """`openai` (x-ratelimit-* with Go durations) or `ietf` (RateLimit and its policy)."""
    head_share: float
    """The part of the TTFT after which the headers and the role chunk are sent."""
    credit_usd: float | None = None
    """All that was paid in; None where it does not tell."""
    used_usd: float = 0.0
    """Spent of that when the demo begins."""
    used_usd_per_s: float = 0.0
    """Spent by all of its users, not by the probes alone."""

    def model(self, model_id: str) -> DemoModel | None:
        """Return the model of that id, if it is served here."""
        return next((model for model in self.models if model.id == model_id), None)


# The medians leave room under the demo's interval of 500 ms: a calm relay skips no probe.
HOLYSHEEP = DemoProvider(
    name="holysheep",
    models=(
        DemoModel("gpt-4.1", 190, 0.22, 7, 8.00, 8.00),
        DemoModel("claude-sonnet-4.5", 235, 0.20, 9, 15.00, 15.00),
        DemoModel("gemini-2.5-flash", 95, 0.28, 4, 2.50, 2.50),
        DemoModel("deepseek-v3.2", 260, 0.16, 6, 0.42, 0.42),
        DemoModel("gpt-4.1-mini", 120, 0.24, 5, 1.60, 1.60, probed=False),
        DemoModel("qwen3-max", 280, 0.20, 8, 3.00, 3.00, probed=False),
    ),
    requests_per_minute=1000,
    tokens_per_minute=200_000,
    limit_style="openai",
    head_share=0.95,
    credit_usd=50.0,
    used_usd=37.66,
    used_usd_per_s=4.10 / 86_400,
)
DIRECT = DemoProvider(
    name="direct",
    models=(
        DemoModel("openai/gpt-4.1", 170, 0.18, 6, 2.00, 8.00),
        DemoModel("anthropic/claude-sonnet-4.5", 215, 0.18, 8, 3.00, 15.00),
        DemoModel("google/gemini-2.5-flash", 80, 0.25, 3, 0.30, 2.50),
        DemoModel("deepseek/deepseek-v3.2", 240, 0.22, 7, 0.28, 0.42, probed=False),
        DemoModel("mistral/mistral-medium-3", 150, 0.20, 5, 0.40, 2.00, probed=False),
    ),
    requests_per_minute=1000,
    tokens_per_minute=400_000,
    limit_style="ietf",
    head_share=0.5,
)
OFFICIAL = DemoProvider(
    name="official",
    models=(
        DemoModel("gpt-4.1", 150, 0.15, 6, 2.00, 8.00),
        DemoModel("gpt-4.1-mini", 105, 0.18, 4, 0.40, 1.60, probed=False),
    ),
    requests_per_minute=1000,
    tokens_per_minute=400_000,
    limit_style="openai",
    head_share=0.95,
)
PROVIDERS = (HOLYSHEEP, DIRECT, OFFICIAL)
