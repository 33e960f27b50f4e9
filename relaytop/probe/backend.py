"""The network backend of httpcore: its connections stamp every read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpcore

from relaytop.probe.connect import ConnectTimings, connect_first, resolve
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
            ProbeError: The name does not resolve, or no address of it answers.
        """
        del timeout, local_address, socket_options
        phases = ConnectTimings()
        sock = await connect_first(await resolve(host, port, phases), phases)
        self.stream = StampedStream(sock, phases)
        return self.stream

    async def sleep(self, seconds: float) -> None:
        """Wait; httpcore calls it between retries, which a probe never makes."""
        await asyncio.sleep(seconds)
