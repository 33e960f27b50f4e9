"""The headers by which a request asks not to be answered from a cache, nor to be put into one.

The nonce alone makes a request one that no exact cache knows; a semantic cache would still find it
like the one before. LiteLLM heeds no header, and the field in the body that it would heed
(`cache`) is refused by strict servers, so there the nonce has to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from relaytop.config.settings import Provider

STANDARD = ("Cache-Control", "no-store")
"""Of HTTP itself: whoever heeds it does not store what nobody will ask for again."""
_GATEWAYS = (
    ("api.portkey.ai", "x-portkey-", ("x-portkey-cache-force-refresh", "true")),
    ("gateway.ai.cloudflare.com", "cf-aig-", ("cf-aig-skip-cache", "true")),
)
"""(its host, how the names of the headers that it wants begin, its bypass)."""


def cache_bypass(provider: Provider) -> dict[str, str]:
    """Return the headers of a request that must reach the model."""
    host = _host(provider.base_url)
    given = tuple(name.lower() for name in provider.headers)
    own = [
        bypass
        for gateway, prefix, bypass in _GATEWAYS
        if host == gateway or any(name.startswith(prefix) for name in given)
    ]
    return dict((STANDARD, *own))


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
