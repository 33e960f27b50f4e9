"""Scope of a check: everything, one provider or one target."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.config.suggestions import suggestion

if TYPE_CHECKING:
    from relaytop.config.settings import Settings


def narrow(settings: Settings, name: str | None) -> Settings:
    """Return settings with the providers and targets that a name stands for; all without one.

    At a provider whose models are not configured any model may be named.

    Raises:
        RelaytopError: There is no such provider or target.
    """
    if name is None:
        return settings
    for provider in settings.providers:
        targets = tuple(t for t in settings.targets if t.provider == provider.name)
        if provider.name != name:
            model = name.removeprefix(f"{provider.name}/")
            if not targets and model not in {name, ""}:
                target = dataclasses.replace(settings.defaults, provider=provider.name, model=model)
                targets = (target,)
            targets = tuple(t for t in targets if t.id == name)
            if not targets:
                continue
        return dataclasses.replace(settings, providers=(provider,), targets=targets)
    known = [p.name for p in settings.providers] + [t.id for t in settings.targets]
    sentence = f"no provider or target {name!r}; {suggestion(name, known)}"
    raise RelaytopError(sentence)
