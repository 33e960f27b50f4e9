"""The scope of a job: the providers and targets that names stand for."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.config.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Settings, Target


def narrow(settings: Settings, name: str | None) -> Settings:
    """Return settings with the one provider, or the one target, of that name; all without one.

    Raises:
        RelaytopError: There is no such provider or target.
    """
    if name is None:
        return settings
    targets = _targets_named(settings, name)
    owner = targets[0].provider if targets else name
    providers = tuple(provider for provider in settings.providers if provider.name == owner)
    if not providers:
        known = [p.name for p in settings.providers] + [t.id for t in settings.targets]
        sentence = f"no provider or target {name!r}; {suggestion(name, known)}"
        raise RelaytopError(sentence)
    return dataclasses.replace(settings, providers=providers, targets=targets)


def select_targets(settings: Settings, names: Sequence[str]) -> Settings:
    """Return settings with the targets that any of the names stands for; all without a name.

    Raises:
        RelaytopError: There is no such target, or none at all.
    """
    if not names:
        if not settings.targets:
            sentence = "no models are configured: name targets as PROVIDER/MODEL, or set `models`"
            raise RelaytopError(sentence)
        return settings
    found: dict[str, Target] = {}
    for name in names:
        targets = _targets_named(settings, name)
        if not targets:
            known = [t.id for t in settings.targets] + sorted(p.name for p in settings.providers)
            sentence = f"no target {name!r}; {suggestion(name, known)}"
            raise RelaytopError(sentence)
        found.update({target.id: target for target in targets})
    return dataclasses.replace(settings, targets=tuple(found.values()))


def _targets_named(settings: Settings, name: str) -> tuple[Target, ...]:
    """Return a provider's targets, or the target of that name.

    At a provider whose models are not configured any model may be named.
    """
    found = tuple(target for target in settings.targets if name in {target.id, target.provider})
    provider, _, model = name.partition("/")
    unlisted = {p.name for p in settings.providers} - {t.provider for t in settings.targets}
    if not found and model and provider in unlisted:
        return (settings.new_target(provider, model),)
    return found
