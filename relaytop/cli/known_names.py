"""Names of the config for a shell to complete: no key is read, nothing is sent, nothing is said."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from relaytop.config.environment import providers_in
from relaytop.config.paths import config_file
from relaytop.config.safe_files import read_bounded
from relaytop.config.text_files import MAX_CONFIG_BYTES, decode_text

if TYPE_CHECKING:
    from pathlib import Path

    import click


def complete_provider(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the providers that begin with a text."""
    return _beginning(incomplete, [*_providers(ctx)])


def complete_target(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the targets that begin with a text."""
    return _beginning(incomplete, _targets(_providers(ctx)))


def complete_provider_or_target(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[str]:
    """Return the providers that begin with a text, and the targets where that names a provider."""
    providers = _providers(ctx)
    targets = _beginning(incomplete, _targets(providers))
    found = _beginning(incomplete, [*providers])
    return targets if len(found) <= 1 else found


def complete_model(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the models and aliases that begin with a text."""
    document = _document(ctx)
    models = [model for listed in _providers_of(document).values() for model in listed]
    return _beginning(incomplete, [*_table(document, "aliases"), *models])


def _beginning(incomplete: str, names: list[str]) -> list[str]:
    # A name that a terminal would obey is a mistake of the config, which says so elsewhere.
    found = (name for name in names if name.startswith(incomplete) and name.isprintable())
    return [*dict.fromkeys(found)]


def _targets(providers: dict[str, list[str]]) -> list[str]:
    return [f"{provider}/{model}" for provider, models in providers.items() for model in models]


def _providers(ctx: click.Context) -> dict[str, list[str]]:
    """Return provider → its models, of the config file, else of the environment."""
    found = _providers_of(_document(ctx))
    return found or {given.name: [] for given in providers_in(os.environ)}


def _providers_of(document: dict[str, Any]) -> dict[str, list[str]]:
    return {
        name: [model for model in _list(table.get("models")) if isinstance(model, str)]
        for name, table in _table(document, "providers").items()
        if isinstance(table, dict)
    }


def _document(ctx: click.Context) -> dict[str, Any]:
    """Return the config file as TOML has it; nothing where there is none that can be read."""
    import tomllib  # noqa: PLC0415 - where a shell asks

    path, _named_by = config_file(_given(ctx), os.environ)
    try:
        return tomllib.loads(decode_text(read_bounded(path, MAX_CONFIG_BYTES)))
    except (OSError, ValueError, RecursionError):
        return {}


def _given(ctx: click.Context | None) -> Path | None:
    """Return the file that --config names, behind the command or before it."""
    while ctx is not None:
        path: Path | None = ctx.params.get("config")
        if path is not None:
            return path
        ctx = ctx.parent
    return None


def _table(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
