"""Sentences on what providers offer: who is being asked, who refuses, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Provider, Settings
    from relaytop.protocol.messages import Models


def status_lines(settings: Settings, offers: Mapping[str, Models]) -> list[str]:
    """Return for each provider without a list why there is none, and what to do."""
    lines = []
    for provider in settings.providers:
        offer = offers.get(provider.name)
        if offer is None:
            lines.append(f"{provider.name}: fetching the model list from {provider.base_url}")
        elif not offer.models:
            lines.append(f"{provider.name}: {_refusal(offer)}")
            lines.append(f"  {_remedy(provider)}; run `relaytop check` for details")
    return lines


def complaint(settings: Settings, offers: Mapping[str, Models]) -> str | None:
    """Return one sentence why nothing is offered; None where something is, or may be yet."""
    answers = [offers.get(provider.name) for provider in settings.providers]
    if not answers or any(offer is None or offer.models for offer in answers):
        return None
    refusals = "; ".join(
        f"{provider.name} at {provider.base_url} offers no models ({_refusal(offer)}): "
        f"{_remedy(provider)}"
        for provider, offer in zip(settings.providers, answers, strict=True)
        if offer is not None
    )
    return f"{refusals}, or run `relaytop check`"


def _refusal(offer: Models) -> str:
    return offer.error or "the model list is empty"


def _remedy(provider: Provider) -> str:
    if provider.key is None:
        return "set its API key (api_key_env in the config), and check the base URL"
    return f"check the key in {provider.key_from}, and the base URL"
