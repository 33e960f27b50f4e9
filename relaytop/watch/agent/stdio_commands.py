"""The commands that a reader on another machine may give, as far as they are obeyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.settings import MODES_OF
from relaytop.protocol.messages import Add, ListModels, Pause, Resume, Scale, SetBudget

if TYPE_CHECKING:
    from relaytop.config.settings import Settings, Target
    from relaytop.protocol.messages import Command

FACTORS = (1 / 64, 128.0)
MAX_ADDED = 100
MAX_USD = 1_000_000.0


def checked_command(command: Command, settings: Settings) -> Command:
    """Return a command as the engine may be given it.

    A target that is added is probed as this config has its defaults: a reader knows no prompt.

    Raises:
        ValueError: It asks for what cannot be.
    """
    match command:
        case Scale(factor):
            if not FACTORS[0] <= factor <= FACTORS[1]:
                message = f"an interval of {factor:g} times the config's is out of range"
                raise ValueError(message)
        case SetBudget(usd):
            if not 0 <= usd <= MAX_USD:
                message = f"a budget of {usd:g} USD is out of range"
                raise ValueError(message)
        case Pause(name) | Resume(name):
            _require_known(name, settings)
        case ListModels(provider):
            _require_provider(provider, settings)
        case Add(targets):
            if len(targets) > MAX_ADDED:
                message = f"more than {MAX_ADDED} targets at once"
                raise ValueError(message)
            for target in targets:
                _require_provider(target.provider, settings)
                _require_mode(target, settings)
            return Add(
                tuple(
                    settings.new_target(target.provider, target.model, target.mode)
                    for target in targets
                )
            )
        case _:
            message = "this command is not for a reader"
            raise ValueError(message)
    return command


def _require_known(target: str | None, settings: Settings) -> None:
    if target is not None and target not in {known.id for known in settings.targets}:
        message = f"{target} is not watched here"
        raise ValueError(message)


def _require_mode(target: Target, settings: Settings) -> None:
    api = settings.provider(target.provider).api
    if target.mode not in MODES_OF[api]:
        message = f"api {api} has no mode {target.mode!r}"
        raise ValueError(message)


def _require_provider(name: str, settings: Settings) -> None:
    if name not in {provider.name for provider in settings.providers}:
        message = f"no provider {name!r} here"
        raise ValueError(message)
