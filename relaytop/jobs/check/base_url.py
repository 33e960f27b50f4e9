"""Alternatives to a base URL under which nothing is found."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.probe.models_request import models_url

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
    urls, found = {models_url(provider)}, []
    for url in (base, other):
        candidate = dataclasses.replace(provider, base_url=url)
        where = models_url(candidate)
        if where not in urls and urlsplit(url).hostname:
            urls.add(where)
            found.append(candidate)
    return found
