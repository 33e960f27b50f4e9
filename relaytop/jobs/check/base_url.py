"""What the base URL may have been meant to be, where nothing is found under it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.jobs.check.models_request import url_of

if TYPE_CHECKING:
    from relaytop.config.settings import Provider

VERSION = "/v1"
_ENDPOINTS = ("/chat/completions", "/completions", "/messages", "/models")


def alternatives(provider: Provider) -> list[Provider]:
    """Return the provider at other base URLs of the same host, the likeliest first.

    An endpoint at the end of the URL is taken off; `/v1` is taken off or put on.
    """
    base = provider.base_url
    for endpoint in _ENDPOINTS:
        if base.endswith(endpoint):
            base = base.removesuffix(endpoint)
            break
    other = base.removesuffix(VERSION) if base.endswith(VERSION) else base + VERSION
    asked, found = {url_of(provider)}, []
    for url in (base, other):
        candidate = dataclasses.replace(provider, base_url=url)
        where = url_of(candidate)
        if where not in asked and urlsplit(url).hostname:
            asked.add(where)
            found.append(candidate)
    return found
