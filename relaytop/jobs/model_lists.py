"""The models that providers list at `/models`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from relaytop.probe.prober import Prober

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Provider
    from relaytop.wire.facts import Failure


async def model_lists(providers: Sequence[Provider]) -> dict[str, tuple[str, ...] | Failure]:
    """Ask providers side by side; return provider → the ids that it lists, or why it does not."""
    found = await asyncio.gather(*(Prober(provider).list_models() for provider in providers))
    return {provider.name: answer for provider, answer in zip(providers, found, strict=True)}
