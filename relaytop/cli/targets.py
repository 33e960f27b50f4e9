"""The targets that a command is about."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.config.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Settings


def selected_targets(settings: Settings, names: Sequence[str]) -> Settings:
    """Return settings with these targets alone; all of them without a name.

    A provider's name stands for its targets. A model of a configured provider may be named
    though the config does not list it.

    Raises:
        RelaytopError: There is no such target, or none at all.
    """
    if not names:
        if not settings.targets:
            sentence = "no model is chosen: name targets, as in PROVIDER/MODEL, or set `models`"
            raise RelaytopError(sentence)
        return settings
    found = {}
    providers = {provider.name for provider in settings.providers}
    for name in names:
        alike = [t for t in settings.targets if name in {t.id, t.provider}]
        provider, _, model = name.partition("/")
        if not alike and model and provider in providers:
            listed = [t.id for t in settings.targets if t.provider == provider]
            if not listed:
                alike = [dataclasses.replace(settings.defaults, provider=provider, model=model)]
        if not alike:
            known = [t.id for t in settings.targets] + sorted(providers)
            sentence = f"no target {name!r}; {suggestion(name, known)}"
            raise RelaytopError(sentence)
        found.update({target.id: target for target in alike})
    return dataclasses.replace(settings, targets=tuple(found.values()))
