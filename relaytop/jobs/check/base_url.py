"""Alternatives to a base URL under which no model list is found."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.config.environment import KNOWN
from relaytop.config.settings import APIS
from relaytop.probe.models_request import models_url

if TYPE_CHECKING:
    from relaytop.config.settings import Provider

VERSION = "/v1"
_ENDPOINT = re.compile(
    r"(?:/chat/completions|/completions|/responses|/embeddings|/rerank|/messages"
    r"|/models(?:/[^/]+)?|/deployments/[^/]+|:\w*generateContent)$",
    re.IGNORECASE,
)
"""Paths that relaytop appends itself; a page of documentation often shows them with the rest."""
_ROOT = re.compile(r"(?:/api|/openai)?/v1(?:beta)?(?:/openai)?$|/openai$", re.IGNORECASE)
"""The end of an API's path, or its beginning where a relay serves several."""
_PUBLIC = {
    urlsplit(url).hostname: (api if api in APIS else "openai", url) for api, url in KNOWN.values()
}
"""Host → wire API and base URL of a provider that is known."""


def without_endpoint(base_url: str) -> str:
    """Return a base URL without the endpoint that it ends in, if it does."""
    while (shorter := _ENDPOINT.sub("", base_url)) != base_url:
        base_url = shorter
    return base_url.rstrip("/")


def alternatives(provider: Provider) -> list[Provider]:
    """Return the provider at other base URLs of the same host, the likeliest first.

    An endpoint at the end of the URL is taken off; the API's root is taken off or put on.
    """
    base = without_endpoint(provider.base_url)
    above = _ROOT.sub("", base)
    api, public = _PUBLIC.get(urlsplit(base).hostname, ("", base))
    urls, found = {models_url(provider)}, []
    others = (base + VERSION,) if above == base else (above, above + VERSION)
    for url in (public if api == provider.api else base, base, *others):
        candidate = dataclasses.replace(provider, base_url=url)
        where = models_url(candidate)
        if where not in urls and urlsplit(url).hostname:
            urls.add(where)
            found.append(candidate)
    return found
