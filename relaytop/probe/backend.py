"""The network backend under httpx: makes connections that stamp what they read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpcore

from relaytop.probe.connect import Connecting, connected, resolved
from relaytop.probe.stream import StampedStream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from httpcore import SOCKET_OPTION


class StampedBackend(httpcore.AsyncNetworkBackend):
    """Makes `StampedStream`s and keeps the newest: a target has one connection."""

    def __init__(self) -> None:
        self.stream: StampedStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> StampedStream:
        """Resolve and connect.

        Raises:
            PathError: The name does not resolve, or no address of it answers.
        """
        del timeout, local_address, socket_options
        phases = Connecting()
        sock = await connected(await resolved(host, port, phases), phases)
        loop = asyncio.get_running_loop()
        try:
            _, self.stream = await loop.create_connection(lambda: StampedStream(phases), sock=sock)
        except BaseException:
            sock.close()
            raise
        return self.stream

    async def sleep(self, seconds: float) -> None:
        """Wait; httpcore asks for it between retries, which a probe never makes."""
        await asyncio.sleep(seconds)
