"""The targets that serve a model."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.config.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Provider, Settings, Target


def candidates(
    settings: Settings,
    model: str,
    offers: Mapping[str, Sequence[str]] | None = None,
    modes: Mapping[str, str] | None = None,
) -> Settings:
    """Return settings with the targets that serve a model, and no others.

    A model is an alias of the config, a model's id, or the id without its maker's name.

    Args:
        settings: The providers, their targets and the aliases.
        model: What is looked for.
        offers: Provider → the ids that it lists, of those for which the config names no models.
        modes: Offered target → the mode in which it can be probed, where that is not `chat`.

    Raises:
        RelaytopError: Nobody serves it.
    """
    offered = [
        settings.new_target(provider, each, (modes or {}).get(f"{provider}/{each}"))
        for provider, ids in (offers or {}).items()
        for each in ids
    ]
    ids = settings.aliases.get(model)
    if ids is not None:
        known = {target.id: target for target in settings.targets}
        found = tuple(known.get(name) or _target(settings, name) for name in ids)
    else:
        every = (*settings.targets, *offered)
        found = tuple(t for t in every if model in {t.model, _bare(t.model)})
    if not found:
        named = dict.fromkeys(_bare(t.model) for t in (*settings.targets, *offered))
        names = [*settings.aliases, *named]
        sentence = f"no provider serves {model!r}; {suggestion(model, names)}"
        raise RelaytopError(sentence)
    return dataclasses.replace(settings, targets=found)


def unlisted(settings: Settings, model: str) -> tuple[Provider, ...]:
    """Return the providers of which only their `/models` tells whether they serve a model."""
    if model in settings.aliases:
        return ()
    listed = {target.provider for target in settings.targets}
    return tuple(provider for provider in settings.providers if provider.name not in listed)


def _bare(model: str) -> str:
    return model.rpartition("/")[2]


def _target(settings: Settings, name: str) -> Target:
    provider, _, model = name.partition("/")
    return settings.new_target(provider, model)
