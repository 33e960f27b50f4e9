"""Keys found in the environment become providers without models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.errors import ConfigError
from relaytop.config.presets import PRESETS
from relaytop.config.settings import APIS
from relaytop.config.unresolved import UnresolvedProvider
from relaytop.config.urls import checked_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.schema import ProviderTable

KNOWN = {preset.key_env: (preset.name, preset.base_url) for preset in PRESETS if preset.detected}
"""Variable → provider name and base URL; a name that is an API's is that API."""
OPENAI_BASE_URL = "OPENAI_BASE_URL"


def providers_in(environ: Mapping[str, str]) -> list[UnresolvedProvider]:
    """Return a provider for each known variable that holds a key.

    Raises:
        ConfigError: A known variable is set but empty and no other holds a key, or
            `OPENAI_BASE_URL` is malformed.
    """
    found: list[UnresolvedProvider] = []
    for variable, (name, base_url) in KNOWN.items():
        if not environ.get(variable, "").strip():
            continue
        origins = {"api_key_env": f"environment variable {variable}"}
        override = environ.get(OPENAI_BASE_URL) if variable == "OPENAI_API_KEY" else None
        if override:
            origins["base_url"] = f"environment variable {OPENAI_BASE_URL}"
        table: ProviderTable = {
            "base_url": _checked(override) if override else base_url,
            "api": name if name in APIS else "openai",
            "api_key_env": variable,
        }
        found.append(UnresolvedProvider(name, table, origins))
    if not found:
        for variable in KNOWN:
            if variable in environ:
                sentence = (
                    f"environment variable {variable} is set but empty: "
                    f"set it to the key, or unset it"
                )
                raise ConfigError(sentence)
    return found


def _checked(base_url: str) -> str:
    try:
        return checked_url(base_url)
    except ValueError as error:
        sentence = f"environment variable {OPENAI_BASE_URL}: {error}"
        raise ConfigError(sentence) from None
