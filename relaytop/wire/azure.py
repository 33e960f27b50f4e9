"""Azure's form of the OpenAI API: a deployment in the path, a version in the query."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from relaytop.wire.embeddings import Embeddings
from relaytop.wire.openai import OpenAI
from relaytop.wire.request import join_url, key_header
from relaytop.wire.responses import Responses

if TYPE_CHECKING:
    from relaytop.config.settings import Provider, Target

VERSION = "2024-10-21"
"""The default of the config's `api_version`: the newest that is generally available."""
RESPONSES_VERSION = "2025-04-01-preview"
"""The same for responses, which no version that is generally available has."""


class _AzureNames(OpenAI):
    """OpenAI's API under other names; a model is a deployment's name."""

    name = "azure"

    def models_url(self, provider: Provider) -> str:
        """Return where the models that the resource may deploy are listed."""
        return _url(provider, "/models")

    def own_headers(self, provider: Provider) -> dict[str, str]:
        """Return the header that carries the key."""
        return key_header(provider, "api-key")


class Azure(_AzureNames):
    """Chat completions."""

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a deployment are sent."""
        return _deployment_url(provider, target, "/chat/completions")


class AzureEmbeddings(_AzureNames, Embeddings):
    """Embeddings."""

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a deployment are sent."""
        return _deployment_url(provider, target, "/embeddings")


class AzureResponses(_AzureNames, Responses):
    """Responses; the deployment is named in the request's body."""

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes are sent."""
        del target
        return _url(provider, "/responses", RESPONSES_VERSION)


def _deployment_url(provider: Provider, target: Target, path: str) -> str:
    return _url(provider, f"/deployments/{quote(target.model, safe='')}{path}")


def _url(provider: Provider, path: str, newest: str = VERSION) -> str:
    version = quote(provider.api_version or newest, safe="")
    return f"{join_url(provider.base_url, '/openai', path)}?api-version={version}"
