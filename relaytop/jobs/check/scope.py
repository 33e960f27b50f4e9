"""What is checked: everything, one provider or one target."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.config.suggestions import suggestion

if TYPE_CHECKING:
    from relaytop.config.settings import Provider, Settings, Target


@dataclass(frozen=True, slots=True)
class Patient:
    """One provider and those of its targets that are checked."""

    provider: Provider
    targets: tuple[Target, ...]


def chosen(settings: Settings, name: str | None) -> list[Patient]:
    """Return what a name stands for; everything without one.

    At a provider whose models are not configured any model may be named.

    Raises:
        RelaytopError: There is no such provider or target.
    """
    whole = [Patient(p, _targets(settings, p.name)) for p in settings.providers]
    if name is None:
        return whole
    for patient in whole:
        if patient.provider.name == name:
            return [patient]
        for target in patient.targets:
            if target.id == name:
                return [Patient(patient.provider, (target,))]
        model = name.removeprefix(f"{patient.provider.name}/")
        if not patient.targets and model not in {name, ""}:
            target = dataclasses.replace(
                settings.defaults, provider=patient.provider.name, model=model
            )
            return [Patient(patient.provider, (target,))]
    known = [p.name for p in settings.providers] + [t.id for t in settings.targets]
    sentence = f"no provider or target {name!r}; {suggestion(name, known)}"
    raise RelaytopError(sentence)


def _targets(settings: Settings, provider: str) -> tuple[Target, ...]:
    return tuple(target for target in settings.targets if target.provider == provider)
