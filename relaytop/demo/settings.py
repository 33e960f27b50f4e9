"""The demo's settings: those that a user would have written for this relay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from relaytop.config.settings import (
    AlertSettings,
    Price,
    Provider,
    Secret,
    Settings,
    Target,
    Thresholds,
    Window,
)
from relaytop.demo.scenario import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Mapping

ORIGIN = "the demo"
BUDGET_USD = 20.00
"""At the list prices and two probes a second this lasts for hours."""
KEYS = (
    "interval",
    "timeout",
    "window",
    "budget",
    "thresholds.p95",
    "thresholds.ttft",
    "thresholds.error_rate",
)


def demo_settings(ports: Mapping[str, int]) -> Settings:
    """Return the settings of the demo.

    Args:
        ports: Provider → its port on loopback.
    """
    defaults = Target(
        provider="",
        model="",
        interval_s=0.5,
        timeout_s=10.0,
        max_tokens=16,
        thresholds=Thresholds(p95_ms=1500.0, ttft_ms=1000.0, error_rate=0.05),
    )
    providers = tuple(
        Provider(
            name=provider.name,
            base_url=f"http://127.0.0.1:{ports[provider.name]}/v1",
            key=Secret("no-key-is-needed-here"),
            key_from=ORIGIN,
            models=tuple(model.id for model in provider.models if model.probed),
            credit=True if provider.credit_usd is not None else None,
            prices={model.id: Price(model.price_in, model.price_out) for model in provider.models},
        )
        for provider in PROVIDERS
    )
    targets = tuple(
        replace(defaults, provider=provider.name, model=model)
        for provider in providers
        for model in provider.models
    )
    names = [f"providers.{provider.name}" for provider in providers]
    places = [f"{name}.{field}" for name in names for field in ("base_url", "models")]
    return Settings(
        providers=providers,
        targets=targets,
        defaults=defaults,
        window=Window(seconds=120.0),
        budget_usd=BUDGET_USD,
        alerts=AlertSettings(notify=False),
        aliases=_aliases(targets),
        origins=dict.fromkeys((*KEYS, *places), ORIGIN),
    )


def _aliases(targets: tuple[Target, ...]) -> dict[str, tuple[str, ...]]:
    """Return the targets of each model of several providers; ids may carry a maker's name."""
    found: dict[str, tuple[str, ...]] = {}
    for target in targets:
        name = target.model.rpartition("/")[2]
        found[name] = (*found.get(name, ()), target.id)
    return {name: several for name, several in found.items() if len(several) > 1}
