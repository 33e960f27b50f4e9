"""Azure's form of the OpenAI API: a deployment in the path, a version in the query."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from relaytop.wire.facts import Request
from relaytop.wire.openai import OpenAI
from relaytop.wire.request import below, headers_for, key_header

if TYPE_CHECKING:
    from relaytop.config.settings import Provider

VERSION = "2024-10-21"
"""Where the config's `api_version` says nothing: the newest that is generally available."""


class Azure(OpenAI):
    """As OpenAI's, under other names; a model is a deployment's name."""

    name = "azure"

    def url(self, provider: Provider, model: str) -> str:
        """Return where probes of a deployment go."""
        return _url(provider, f"/deployments/{quote(model, safe='')}/chat/completions")

    def key_header(self, provider: Provider) -> dict[str, str]:
        """Return the header that carries the key."""
        return key_header(provider, "api-key")

    def models_request(self, provider: Provider) -> Request:
        """Build the request for the models that the resource may deploy."""
        headers = headers_for(provider, self.key_header(provider))
        return Request("GET", _url(provider, "/models"), headers, b"")


def _url(provider: Provider, path: str) -> str:
    version = quote(provider.api_version or VERSION, safe="")
    return f"{below(provider.base_url, '/openai', path)}?api-version={version}"
