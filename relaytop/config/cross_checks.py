"""Checks that the parts of a config agree: each names only what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.errors import MAX_QUOTED, ConfigError
from relaytop.config.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relaytop.config.settings import Provider, Window
    from relaytop.config.source_location import Source


def check_names(
    targets: Iterable[str],
    aliases: Mapping[str, Sequence[str]],
    providers: Sequence[Provider],
    source: Source,
) -> None:
    """Refuse a table, an alias or a price of what is not there.

    An alias may name a model that its provider does not list, and a provider that lists none may
    have any prices.

    Args:
        targets: Those that have a table.
        aliases: One model → its targets.
        providers: What is watched.
        source: Finds the place of a key.

    Raises:
        ConfigError: A name is not known.
    """
    known = [f"{provider.name}/{model}" for provider in providers for model in provider.models]
    for target in targets:
        if target not in known:
            raise _unknown(source.place("targets", target), "target", target, known)
    names = {provider.name: f"{provider.name}/MODEL" for provider in providers}
    for alias, members in aliases.items():
        for target in members:
            provider_name, _, model = target.partition("/")
            if provider_name not in names or not model:
                raise _unknown(source.place("aliases", alias), "target", target, names.values())
    for provider in providers:
        for model in provider.prices:
            if provider.models and model not in provider.models:
                place = source.place("providers", provider.name, "prices", model)
                raise _unknown(place, "model in `models`", model, provider.models)


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


def _unknown(place: str, what: str, name: str, known: Iterable[str]) -> ConfigError:
    return ConfigError(f"{place}: no such {what}: {name[:MAX_QUOTED]!r}; {suggestion(name, known)}")
