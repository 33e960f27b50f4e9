"""Who serves a model."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.jobs.near import nearest

if TYPE_CHECKING:
    from relaytop.config.settings import Settings, Target


def candidates(settings: Settings, model: str) -> Settings:
    """Return settings with the targets that serve a model, and no others.

    A model is an alias of the config, a model's id, or the id without its maker's name.

    Raises:
        RelaytopError: Nobody serves it.
    """
    ids = settings.aliases.get(model)
    if ids is not None:
        known = {target.id: target for target in settings.targets}
        found = tuple(known.get(name) or _target(settings, name) for name in ids)
    else:
        found = tuple(t for t in settings.targets if model in {t.model, _bare(t.model)})
    if not found:
        names = [*settings.aliases, *dict.fromkeys(_bare(t.model) for t in settings.targets)]
        near = nearest(model, names)
        hint = f"did you mean {near!r}?" if near else f"known: {', '.join(names) or 'none'}"
        sentence = f"no provider serves {model!r}; {hint}"
        raise RelaytopError(sentence)
    return dataclasses.replace(settings, targets=found)


def _bare(model: str) -> str:
    return model.rpartition("/")[2]


def _target(settings: Settings, name: str) -> Target:
    provider, _, model = name.partition("/")
    return dataclasses.replace(settings.defaults, provider=provider, model=model)
