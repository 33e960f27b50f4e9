"""httpx's way to the network: httpcore's pool on our own backend, one connection per target."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import httpcore

from relaytop.probe._httpx import httpx
from relaytop.probe.backend import StampedBackend

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from relaytop.probe.route import Route

IDLE_S = 2.0
"""A connection idle for longer is not reused: servers close theirs after five seconds, say."""


class StampedTransport(httpx.AsyncBaseTransport):
    """Sends one request at a time and leaves the stamps in `backend.stream`.

    It is used without httpx's client, which would keep a server's cookies, and takes as long
    for a request as the rest of a probe.

    Args:
        route: How the provider is reached.
    """

    def __init__(self, route: Route) -> None:
        self.backend = StampedBackend()
        common: dict[str, Any] = {
            "ssl_context": route.context,
            "max_connections": 1,
            "keepalive_expiry": IDLE_S,
            "http2": route.http2,
            "network_backend": self.backend,
        }
        self._pool: httpcore.AsyncConnectionPool
        if route.proxy is None:
            self._pool = httpcore.AsyncConnectionPool(**common)
        else:
            url = httpx.URL(route.proxy)
            self._pool = httpcore.AsyncHTTPProxy(
                proxy_url=str(url.copy_with(username=None, password=None)),
                proxy_auth=(url.username, url.password) if url.username else None,
                proxy_ssl_context=route.proxy_context,
                **common,
            )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; httpcore's exceptions and ours pass through."""
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
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close the connection."""
        await self._pool.aclose()


@lru_cache(maxsize=64)
def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()
