"""The models that providers list at `/models`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from relaytop.probe.prober import Prober

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Provider
    from relaytop.wire.facts import Failure, ModelList


async def model_lists(providers: Sequence[Provider]) -> dict[str, ModelList | Failure]:
    """Ask providers side by side; return provider → its list, or why it has none."""
    found = await asyncio.gather(*(Prober(provider).list_models() for provider in providers))
    return {provider.name: answer for provider, answer in zip(providers, found, strict=True)}
