"""The HTTP transport of a target: httpcore's pool on our own backend, with one connection."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import httpcore

from relaytop.probe._httpx import httpx
from relaytop.probe.backend import StampedBackend

if TYPE_CHECKING:
    from relaytop.probe.transport_settings import TransportSettings

IDLE_S = 2.0
"""A connection idle for longer is not reused: servers close theirs after five seconds, say."""


class StampedTransport:
    """Sends one request at a time and leaves the stamps in `backend.stream`.

    There is no httpx client around it: that would store a server's cookies, and needs as long
    for a request as the rest of a probe.

    Args:
        settings: The provider's.
    """

    def __init__(self, settings: TransportSettings) -> None:
        self.backend = StampedBackend()
        common: dict[str, Any] = {
            "ssl_context": settings.context,
            "max_connections": 1,
            "keepalive_expiry": IDLE_S,
            "http2": settings.http2,
            "network_backend": self.backend,
        }
        self._pool: httpcore.AsyncConnectionPool
        if settings.proxy is None:
            self._pool = httpcore.AsyncConnectionPool(**common)
        else:
            url = httpx.URL(settings.proxy)
            self._pool = httpcore.AsyncHTTPProxy(
                proxy_url=str(url.copy_with(username=None, password=None)),
                proxy_auth=(url.username, url.password) if url.username else None,
                proxy_ssl_context=settings.proxy_context,
                **common,
            )

    async def send(self, request: httpx.Request) -> httpcore.Response:
        """Send a request and return its reply, of which the headers have come.

        Raises:
            ProbeError: The provider cannot be reached, or the headers are too large.
            httpcore.NetworkError: The connection ended early.
            httpcore.ProtocolError: The reply is no HTTP.
            httpcore.ProxyError: The proxy refused.
        """
        if self.backend.stream is not None:
            self.backend.stream.begin()
        response = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=_core_url(request.url),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        stream = self.backend.stream
        if stream is not None:
            stream.end_headers()
        return response

    async def aclose(self) -> None:
        """Close the connection, also one that was made and not handed over yet."""
        await self._pool.aclose()
        if self.backend.stream is not None:
            await self.backend.stream.aclose()


@lru_cache(maxsize=64)
def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
