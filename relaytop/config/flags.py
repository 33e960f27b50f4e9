"""What the command line said about what to watch, and the provider that its flags define."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.config.errors import ConfigError
from relaytop.config.urls import checked_url, host_of

if TYPE_CHECKING:
    from relaytop.config.raw import RawProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The flags that every probing command has; None: not given."""

    base_url: str | None = None
    models: tuple[str, ...] = ()
    api_key_env: str | None = None
    api: str | None = None
    name: str | None = None
    interval_s: float | None = None
    timeout_s: float | None = None
    window: str | None = None
    budget_usd: float | None = None


def adhoc_provider(flags: Flags) -> RawProvider | None:
    """Return the provider that `--base-url` defines; None without one.

    Raises:
        ConfigError: The URL is malformed, or flags of a provider are given without one.
    """
    if flags.base_url is None:
        given = {
            "--model": flags.models,
            "--api-key-env": flags.api_key_env,
            "--api": flags.api,
            "--name": flags.name,
        }
        for option, value in given.items():
            if value:
                sentence = f"{option} belongs to an ad-hoc provider: give --base-url too"
                raise ConfigError(sentence)
        return None
    try:
        url = checked_url(flags.base_url)
    except ValueError as error:
        sentence = f"--base-url: {error}"
        raise ConfigError(sentence) from None
    raw: RawProvider = {"base_url": url, "models": list(flags.models), "api": flags.api or "openai"}
    if flags.api_key_env is not None:
        raw["api_key_env"] = flags.api_key_env
    raw["name"] = flags.name or host_of(url)
    return raw
