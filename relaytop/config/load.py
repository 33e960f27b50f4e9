"""From the machine's state to `Settings`: reads the file and the keys, then merges."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from relaytop.config.environment import KNOWN, providers_in
from relaytop.config.errors import ConfigError
from relaytop.config.flags import Flags, adhoc_provider
from relaytop.config.keys import resolve_key
from relaytop.config.merge import merge
from relaytop.config.paths import config_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from relaytop.config.raw import RawProvider
    from relaytop.config.settings import Secret, Settings


def load_settings(
    *,
    config: Path | None,
    flags: Flags,
    environ: Mapping[str, str],
    complaints: dict[str, str] | None = None,
) -> Settings:
    """Load everything that relaytop was told.

    Args:
        config: The file that `--config` named.
        flags: The command line.
        environ: The environment.
        complaints: Where given, a key that cannot be had is no error: the provider goes without
            one, and its name → the sentence is put in here.

    Raises:
        ConfigError: Something is missing, malformed or contradictory.
    """
    path, named_by = config_file(config, environ)
    file = None
    if named_by is not None or path.exists():
        from relaytop.config.file import read_file  # noqa: PLC0415 - pydantic only for a file

        file = read_file(path)
    origin = f"config file {path}"
    adhoc = adhoc_provider(flags)
    providers: list[tuple[RawProvider, str]]
    if adhoc is not None:
        providers = [(adhoc, "--base-url")]
    elif file is not None:
        providers = [
            (cast("RawProvider", {**table.model_dump(), "name": name}), origin)
            for name, table in file.providers.items()
        ]
        if not providers:
            sentence = f"{path}: no [providers.…] in it; `relaytop init` shows what one looks like"
            raise ConfigError(sentence)
    else:
        providers = [
            (raw, f"environment variable {raw['api_key_env']}") for raw in providers_in(environ)
        ]
    if not providers:
        raise ConfigError(NOTHING.format(path=path, variables=", ".join(KNOWN)))
    keys = {raw["name"]: _key(raw, environ, complaints) for raw, _origin in providers}
    return merge(file, origin, providers, keys, flags)


def _key(
    raw: RawProvider, environ: Mapping[str, str], complaints: dict[str, str] | None
) -> tuple[Secret | None, str]:
    try:
        return resolve_key(raw, environ)
    except ConfigError as error:
        if complaints is None:
            raise
        complaints[raw["name"]] = str(error)
        return None, "none"


NOTHING = (
    "nothing to watch: no config file at {path} and no key in the environment. "
    "Try `relaytop demo`, write a config with `relaytop init`, "
    "or set one of {variables}"
)
