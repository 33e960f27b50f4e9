"""Whether the parts of a config agree: each names only what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.errors import ConfigError
from relaytop.config.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relaytop.config.settings import Provider, Window
    from relaytop.config.source_location import Source

LONGEST = 100
"""Characters of a name that a sentence repeats."""


def check_targets(own: Iterable[str], providers: Sequence[Provider], source: Source) -> None:
    """Refuse a table of a target that is not there.

    Args:
        own: Targets that have a table.
        providers: What is watched.
        source: Tells the place of a key.
    """
    known = [f"{provider.name}/{model}" for provider in providers for model in provider.models]
    for name in own:
        if name not in known:
            raise ConfigError(_unknown(source.place("targets", name), "target", name, known))


def check_aliases(
    aliases: Mapping[str, Sequence[str]], providers: Sequence[Provider], source: Source
) -> None:
    """Refuse an alias of a target whose provider is not there.

    Args:
        aliases: One model → its targets.
        providers: What is watched.
        source: Tells the place of a key.
    """
    names = {provider.name: f"{provider.name}/MODEL" for provider in providers}
    for alias, targets in aliases.items():
        for target in targets:
            provider, _, model = target.partition("/")
            if provider not in names or not model:
                place = source.place("aliases", alias)
                raise ConfigError(_unknown(place, "target", target, [*names.values()]))


def check_prices(providers: Sequence[Provider], source: Source) -> None:
    """Refuse a price of a model that its provider does not list, where it lists any.

    Args:
        providers: What is watched.
        source: Tells the place of a key.
    """
    for provider in providers:
        for model in provider.prices:
            if provider.models and model not in provider.models:
                place = source.place("providers", provider.name, "prices", model)
                raise ConfigError(_unknown(place, "model in `models`", model, provider.models))


def check_window(window: Window, history: int, source: Source | None) -> None:
    """Refuse a window of more samples than are kept.

    Args:
        window: The window.
        history: Samples kept per target.
        source: The file that names the window; None: the command line does.
    """
    if window.count is not None and window.count > history:
        sentence = (
            f"{source.place('window') if source else '--window'}: {window.count} requests are "
            f'more than history keeps: ask for at most "{history} requests", '
            f"or raise history ({history})"
        )
        raise ConfigError(sentence)


def _unknown(place: str, what: str, name: str, known: Sequence[str]) -> str:
    return f"{place}: no such {what}: {name[:LONGEST]!r}; {suggestion(name, known)}"
