"""From the machine's state to `Settings`: reads the file and the keys, then merges."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from relaytop.config.child_processes import without_keys
from relaytop.config.environment import KNOWN, providers_in
from relaytop.config.errors import ConfigError, all_errors
from relaytop.config.flags import Flags, adhoc_provider
from relaytop.config.keys import named_secret, resolve_key
from relaytop.config.merge import merge
from relaytop.config.paths import config_file
from relaytop.config.unresolved import UnresolvedProvider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.schema import ConfigFile
    from relaytop.config.settings import Secret, Settings
    from relaytop.config.source_location import Source


def load_settings(
    *,
    config: Path | None,
    flags: Flags,
    environ: Mapping[str, str],
    complaints: dict[str, str] | None = None,
) -> Settings:
    """Load the settings from file, environment and flags.

    Args:
        config: The file that `--config` named.
        flags: The command line.
        environ: The environment.
        complaints: Where given, a key that cannot be had is no error: the provider goes without
            one, and its name → the sentence is put in here. URLs of alerts are not looked for then.

    Raises:
        ConfigError: Something is missing, malformed or contradictory.
    """
    path, named_by = config_file(config, environ)
    file = source = None
    if named_by is not None or path.exists():
        from relaytop.config.file import read_file  # noqa: PLC0415 - pydantic only for a file

        file, source = read_file(path)
    providers = _providers(flags, file, source, environ)
    if not providers:
        raise ConfigError(NOTHING.format(path=path, variables=", ".join(KNOWN)))
    variables = [given.table.get("api_key_env") for given in providers]
    if file is not None:
        variables.append(file.get("alerts", {}).get("webhook_env"))
    bare = without_keys(environ, [variable for variable in variables if variable])
    keys, refused = _keys(providers, environ, bare)
    mistakes = [*refused.values()]
    if complaints is not None:
        complaints.update({name: str(error) for name, error in refused.items()})
        mistakes = []
    elif file is not None and source is not None:
        from relaytop.config.alert_secrets import with_alert_urls  # noqa: PLC0415 - as above

        try:
            file = with_alert_urls(file, source, environ, bare)
        except ConfigError as error:
            mistakes.append(error)
    try:
        settings = merge(file, source, providers, keys, flags)
    except ConfigError as error:
        mistakes.append(error)
    if mistakes:
        raise all_errors(mistakes)
    return _with_command_context(settings, bare)


def _with_command_context(settings: Settings, bare: Mapping[str, str]) -> Settings:
    """Return settings whose keys' commands can be run again elsewhere, as they were run here."""
    try:
        folder: str | None = str(Path.cwd())
    except OSError:
        folder = None  # the folder is gone
    providers = (
        dataclasses.replace(provider, key_environ=bare, key_folder=folder)
        if provider.key_command
        else provider
        for provider in settings.providers
    )
    return dataclasses.replace(settings, providers=tuple(providers))


def load_view_settings(
    *, config: Path | None, flags: Flags, environ: Mapping[str, str]
) -> Settings:
    """Load what a viewer of other machines needs: no provider and no key of one is looked for.

    Targets are those of the file, for their thresholds.

    Args:
        config: The file that `--config` named.
        flags: The command line.
        environ: The environment.

    Raises:
        ConfigError: The file is malformed, or a token or a URL of alerts cannot be had.
    """
    path, named_by = config_file(config, environ)
    if named_by is None and not path.exists():
        return merge(None, None, (), {}, flags)
    from relaytop.config.alert_secrets import with_alert_urls  # noqa: PLC0415 - as above
    from relaytop.config.file import read_file  # noqa: PLC0415 - pydantic only for a file

    file, source = read_file(path)
    providers = _providers_of(file, source) if file.get("providers") else []
    fleet = file.get("fleet", {})
    variables = [given.table.get("api_key_env") for given in providers]
    variables += [file.get("alerts", {}).get("webhook_env"), fleet.get("token_env")]
    bare = without_keys(environ, [variable for variable in variables if variable])
    file = with_alert_urls(file, source, environ, bare)
    settings = merge(file, source, providers, {p.name: (None, "none") for p in providers}, flags)
    found = named_secret(fleet, "token", lambda key: source.place("fleet", key), environ, bare)
    if found is None:
        return settings
    return dataclasses.replace(
        settings,
        fleet=dataclasses.replace(settings.fleet, token=found[0]),
        origins={**settings.origins, "fleet.token": f"{source.origin}, {found[1]}"},
    )


def _providers(
    flags: Flags, file: ConfigFile | None, source: Source | None, environ: Mapping[str, str]
) -> Sequence[UnresolvedProvider]:
    adhoc = adhoc_provider(flags)
    if adhoc is not None:
        return [adhoc]
    if file is not None and source is not None:
        return _providers_of(file, source)
    return providers_in(environ)


def _providers_of(file: ConfigFile, source: Source) -> list[UnresolvedProvider]:
    tables = file.get("providers", {})
    if not tables:
        sentence = f"{source.path}: no [providers.…] table; `relaytop init` writes an example"
        raise ConfigError(sentence)
    return [
        UnresolvedProvider(name, table, dict.fromkeys(table, source.origin), source)
        for name, table in tables.items()
    ]


def _keys(
    providers: Sequence[UnresolvedProvider],
    environ: Mapping[str, str],
    bare: Mapping[str, str],
) -> tuple[dict[str, tuple[Secret | None, str]], dict[str, ConfigError]]:
    """Return provider → its key and where that is from; and those that cannot be had → why."""
    keys: dict[str, tuple[Secret | None, str]] = {}
    refused: dict[str, ConfigError] = {}
    for given in providers:
        try:
            keys[given.name] = resolve_key(given, environ, bare)
        except ConfigError as error:
            refused[given.name] = error
            keys[given.name] = None, "none"
    return keys, refused


NOTHING = (
    "nothing to watch: no config file at {path} and no key in the environment. "
    "Try `relaytop demo`, write a config with `relaytop init`, "
    "or set one of {variables}"
)
