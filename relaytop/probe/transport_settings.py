"""The transport settings of a provider: its proxy, TLS contexts and HTTP version."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.config.text_files import ca_source
from relaytop.probe._httpx import httpx
from relaytop.probe.errors import CONNECT, PROTOCOL, TLS, ProbeError
from relaytop.probe.proxies import proxy_for

if TYPE_CHECKING:
    from relaytop.config.settings import Provider

PROXY_SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """A provider's; the TLS contexts are shared, since making one takes 20 ms and 1 MB."""

    context: ssl.SSLContext
    http2: bool = False
    proxy: str | None = None
    proxy_context: ssl.SSLContext | None = None
    """Only where the proxy itself speaks TLS."""


def transport_settings(provider: Provider) -> TransportSettings:
    """Return a provider's transport settings, from its configuration and the environment.

    Raises:
        ProbeError: Its CA file holds nothing usable, its proxy is of no known kind, or HTTP/2 is
            asked for and not installed.
    """
    if provider.http2 and find_spec("h2") is None:
        raise ProbeError(PROTOCOL, "http2 = true needs the package h2: install relaytop[h2]")
    proxy = proxy_for(provider.base_url, provider.proxy)
    scheme = _scheme(proxy) if proxy else ""
    secure = provider.base_url.startswith("https:")
    return TransportSettings(
        # httpcore would make a context of its own even for plain http.
        context=tls_context(provider, http2=provider.http2) if secure else _unused_context(),
        http2=provider.http2,
        proxy=proxy,
        proxy_context=tls_context(provider, http2=False) if scheme == "https" else None,
    )


def tls_context(provider: Provider, *, http2: bool) -> ssl.SSLContext:
    """Return a verifying context by a provider's settings, shared with all that are alike.

    httpcore writes the protocols offered into it, so HTTP/2 has one of its own.

    Raises:
        ProbeError: There are no usable certificates.
    """
    return _context(provider.ca_file, strict=provider.tls_strict, http2=http2)


def _scheme(proxy: str) -> str:
    try:
        scheme = httpx.URL(proxy).scheme
        host = urlsplit(proxy).hostname
    except (httpx.InvalidURL, ValueError):
        scheme, host = "", None
    if scheme not in PROXY_SCHEMES or not host:
        # Without the URL itself, which may hold a password.
        raise ProbeError(CONNECT, "the proxy's URL must be http://host:port or https://host:port")
    return scheme


@lru_cache(maxsize=32)
def _context(ca_file: str | None, *, strict: bool | None, http2: bool) -> ssl.SSLContext:
    """Return a verifying context for a CA file, or for the system's and certifi's authorities."""
    del http2
    context: ssl.SSLContext
    try:
        if ca_file is not None:
            cafile, cadata = ca_source(ca_file)
            context = ssl.create_default_context(cafile=cafile, cadata=cadata)
        else:
            context = httpx.create_ssl_context()
            if not os.environ.keys() & {"SSL_CERT_FILE", "SSL_CERT_DIR"}:
                context.load_default_certs()
    except (OSError, ssl.SSLError) as error:
        message = f"{ca_file or 'SSL_CERT_FILE'}: no usable certificates: {error.strerror or error}"
        raise ProbeError(TLS, message) from None
    # Some distributions' Python accepts what came before, with ciphers that are broken.
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    if strict:
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    elif strict is not None:
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


@lru_cache(maxsize=1)
def _unused_context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
