"""Azure's form of the OpenAI API: a deployment in the path, a version in the query."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from relaytop.wire.openai import OpenAI
from relaytop.wire.request import join_url, key_header

if TYPE_CHECKING:
    from relaytop.config.settings import Provider, Target

VERSION = "2024-10-21"
"""The default of the config's `api_version`: the newest that is generally available."""


class Azure(OpenAI):
    """OpenAI's API under other names; a model is a deployment's name."""

    name = "azure"

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a deployment are sent."""
        return _url(provider, f"/deployments/{quote(target.model, safe='')}/chat/completions")

    def models_url(self, provider: Provider) -> str:
        """Return where the models that the resource may deploy are listed."""
        return _url(provider, "/models")

    def own_headers(self, provider: Provider) -> dict[str, str]:
        """Return the header that carries the key."""
        return key_header(provider, "api-key")


def _url(provider: Provider, path: str) -> str:
    version = quote(provider.api_version or VERSION, safe="")
    return f"{join_url(provider.base_url, '/openai', path)}?api-version={version}"
