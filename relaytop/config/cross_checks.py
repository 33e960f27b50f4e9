"""Checks that the parts of a config agree: each names only what is there."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from relaytop.config.errors import MAX_QUOTED, ConfigError, config_errors
from relaytop.config.settings import MODES_OF
from relaytop.config.status_pages import known_status_page
from relaytop.config.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relaytop.config.settings import Provider, Target, Window
    from relaytop.config.source_location import Source

DOCUMENTS = "documents"
"""In a request to a reranker: the scores are checked against those that are sent."""


def check_names(
    targets: Iterable[str],
    aliases: Mapping[str, Sequence[str]],
    providers: Sequence[Provider],
    source: Source,
) -> None:
    """Refuse a table, an alias or a price of what is not there.

    Args:
        targets: Those that have a table.
        aliases: One model → its targets.
        providers: What is watched.
        source: Finds the place of a key.

    Raises:
        ConfigError: A name is not known; it tells all such.
    """
    models = {provider.name: provider.models for provider in providers}
    prices = {provider.name: list(provider.prices) for provider in providers}
    sentences = unknown_names(targets, aliases, models, prices, source)
    first = next(sentences, None)
    if first is not None:
        raise config_errors(chain([first], sentences))


def unknown_names(
    targets: Iterable[str],
    aliases: Mapping[str, Sequence[str]],
    models: Mapping[str, Sequence[str]],
    prices: Mapping[str, Sequence[str]],
    source: Source,
) -> Iterator[str]:
    """Yield a sentence for each name of what is not there.

    An alias may name a model that its provider does not list, and a provider that lists none may
    have any prices.

    Args:
        targets: Those that have a table.
        aliases: One model → its targets.
        models: Provider → its models.
        prices: Provider → the models that it has prices for.
        source: Finds the place of a key.
    """
    known = [f"{provider}/{model}" for provider, listed in models.items() for model in listed]
    for target in targets:
        if target not in known:
            yield _unknown(source.place("targets", target), "target", target, known)
    names = {provider: f"{provider}/MODEL" for provider in models}
    for alias, members in aliases.items():
        for target in members:
            provider, _, model = target.partition("/")
            if provider not in names or not model:
                place = source.place("aliases", alias)
                yield _unknown(place, "target", target, names.values())
    for provider, listed in models.items():
        for model in prices.get(provider, ()):
            if listed and model not in listed:
                place = source.place("providers", provider, "prices", model)
                yield _unknown(place, "model in `models`", model, listed)


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
            f'more than history holds: use at most "{history} requests", '
            f"or raise history ({history})"
        )
        raise ConfigError(sentence)


def check_modes(
    providers: Sequence[Provider],
    targets: Sequence[Target],
    own: Mapping[str, Mapping[str, object]],
    source: Source,
) -> None:
    """Refuse a mode that the wire API of its provider does not have, and what a mode forbids.

    Args:
        providers: What is watched.
        targets: Theirs, with the modes in force.
        own: Target → its table in the file.
        source: Finds the place of a key.

    Raises:
        ConfigError: There is such a mode; it tells all.
    """
    apis = {provider.name: provider.api for provider in providers}
    modes = {source.place("providers", p.name, "mode"): (p.api, p.mode) for p in providers}
    for target in targets:
        if "mode" in own.get(target.id, {}):
            place = source.place("targets", target.id, "mode")
            modes[place] = apis[target.provider], target.mode
    sentences = [
        f"{place}: api {api} has no mode {mode}; valid: {', '.join(MODES_OF[api])}"
        for place, (api, mode) in modes.items()
        if mode not in MODES_OF[api]
    ]
    sentences += _own_documents(providers, targets, own, source)
    if sentences:
        raise config_errors(sentences)


def _own_documents(
    providers: Sequence[Provider],
    targets: Iterable[Target],
    own: Mapping[str, Mapping[str, object]],
    source: Source,
) -> list[str]:
    """Return a sentence for each place of documents for a reranker: ours are in its request."""
    extras = {provider.name: provider.extra for provider in providers}
    places: dict[str, None] = {}
    for target in targets:
        if target.mode != "rerank" or DOCUMENTS not in target.extra:
            continue
        table: tuple[str, ...] = ("probe",)
        written = own.get(target.id, {}).get("extra")
        if isinstance(written, dict) and DOCUMENTS in written:
            table = ("targets", target.id)
        elif DOCUMENTS in extras[target.provider]:
            table = ("providers", target.provider)
        places[source.place(*table, "extra")] = None
    return [f"{place}: {DOCUMENTS} is set by relaytop in mode rerank" for place in places]


def check_status_pages(providers: Iterable[Provider], source: Source) -> None:
    """Refuse `status_page = true` where no status page is known.

    Args:
        providers: What is watched.
        source: Finds the place of a key.

    Raises:
        ConfigError: There is such a provider; it names all.
    """
    sentences = [
        f"{source.place('providers', provider.name, 'status_page')}: no status page is known for "
        f'{provider.base_url}; give its URL, as status_page = "https://status.example.com"'
        for provider in providers
        if provider.status_page is True and known_status_page(provider.base_url) is None
    ]
    if sentences:
        raise config_errors(sentences)


def _unknown(place: str, what: str, name: str, known: Iterable[str]) -> str:
    return f"{place}: no such {what}: {name[:MAX_QUOTED]!r}; {suggestion(name, known)}"
