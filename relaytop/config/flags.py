"""The command line's flags that say what to watch, and the provider that they define."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.errors import ConfigError
from relaytop.config.field_checks import checked_model, checked_name
from relaytop.config.settings import MODES_OF
from relaytop.config.unresolved import UnresolvedProvider
from relaytop.config.urls import checked_url, host_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.schema import ProviderTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The flags that every probing command has; None: not given."""

    base_url: str | None = None
    models: tuple[str, ...] = ()
    api_key_env: str | None = None
    api: str | None = None
    mode: str | None = None
    name: str | None = None
    interval_s: float | None = None
    timeout_s: float | None = None
    window: str | None = None
    budget_usd: float | None = None


_OF_A_PROVIDER = {
    "base_url": "--base-url",
    "models": "--model",
    "api_key_env": "--api-key-env",
    "api": "--api",
    "mode": "--mode",
    "name": "--name",
}


def adhoc_provider(flags: Flags) -> UnresolvedProvider | None:
    """Return the provider that `--base-url` defines; None without one.

    Raises:
        ConfigError: A flag is malformed, or flags of a provider are given without its URL.
    """
    given = {
        field: option
        for field, option in _OF_A_PROVIDER.items()
        if getattr(flags, field) not in (None, ())
    }
    if flags.base_url is None:
        for option in given.values():
            sentence = f"{option} needs --base-url, which defines an ad-hoc provider"
            raise ConfigError(sentence)
        return None
    url = _checked("--base-url", checked_url, flags.base_url)
    models = [_checked("--model", checked_model, model) for model in flags.models]
    name = flags.name if flags.name is not None else host_of(url)
    name = _checked("--name", checked_name, name)
    table: ProviderTable = {"base_url": url, "models": list(dict.fromkeys(models))}
    if flags.api:
        table["api"] = flags.api
    if flags.mode:
        api = flags.api or "openai"
        if flags.mode not in MODES_OF[api]:
            sentence = (
                f"--mode: api {api} has no mode {flags.mode}; valid: {', '.join(MODES_OF[api])}"
            )
            raise ConfigError(sentence)
        table["mode"] = flags.mode
    if flags.api_key_env is not None:
        if not flags.api_key_env:
            sentence = "--api-key-env is empty; name the variable that holds the key"
            raise ConfigError(sentence)
        table["api_key_env"] = flags.api_key_env
    return UnresolvedProvider(name, table, given)


def _checked(option: str, check: Callable[[str], str], value: str) -> str:
    try:
        return check(value)
    except ValueError as error:
        sentence = f"{option}: {error}"
        raise ConfigError(sentence) from None
