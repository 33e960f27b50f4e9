"""Failures of the transport in words that hold no URL, as the library's own text may."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx as httpx_types


def transport_words(error: httpx_types.TransportError) -> str:
    """Return why a server cannot be reached."""
    from relaytop.probe._httpx import httpx  # noqa: PLC0415 - only when an alert fires

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"certificate: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError) and cause.reason:
            return f"TLS handshake failed: {cause.reason.replace('_', ' ').lower()}"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.RemoteProtocolError):
        return "no valid HTTP answer"
    if isinstance(error, httpx.ProxyError):
        return "the proxy refused"
    return type(error).__name__
