"""A real HTTP/2 server on loopback that streams one scripted reply."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING

import h2.config
import h2.connection
import h2.events

from tests.support.server import CERTIFICATE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Http2(asyncio.Protocol):
    """Answers every request with event-stream parts, each after its pause.

    Args:
        parts: Pause in seconds, then bytes.
        hang_up: Say goodbye to the second request instead of answering it.
        read_s: The time that it takes to read one frame of a request.
    """

    def __init__(
        self, parts: list[tuple[float, bytes]], *, hang_up: bool = False, read_s: float = 0.0
    ) -> None:
        self._parts = parts
        self._hang_up = hang_up
        self._read_s = read_s
        self._read_until = 0.0
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self._tasks: set[asyncio.Task[None]] = set()
        self._requests = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._h2.initiate_connection()
        transport.write(self._h2.data_to_send())

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        for task in self._tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        for event in self._h2.receive_data(data):
            if isinstance(event, h2.events.DataReceived) and event.flow_controlled_length:
                loop = asyncio.get_running_loop()
                self._read_until = max(self._read_until, loop.time()) + self._read_s
                size = event.flow_controlled_length
                loop.call_at(self._read_until, self._acknowledge, size, event.stream_id)
            if isinstance(event, h2.events.StreamEnded):
                self._requests += 1
                if self._hang_up and self._requests > 1:
                    self._h2.close_connection()
                    self._transport.write(self._h2.data_to_send())
                    self._transport.close()
                    return
                task = asyncio.ensure_future(self._answer(event.stream_id))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        self._transport.write(self._h2.data_to_send())

    def _acknowledge(self, size: int, stream_id: int) -> None:
        self._h2.acknowledge_received_data(size, stream_id)
        self._transport.write(self._h2.data_to_send())

    async def _answer(self, stream_id: int) -> None:
        head = [(":status", "200"), ("content-type", "text/event-stream")]
        for index, (pause, data) in enumerate(self._parts):
            await asyncio.sleep(pause)
            if index == 0:
                self._h2.send_headers(stream_id, head)
            self._h2.send_data(stream_id, data, end_stream=index == len(self._parts) - 1)
            self._transport.write(self._h2.data_to_send())


@contextlib.asynccontextmanager
async def http2_server(
    parts: list[tuple[float, bytes]], *, hang_up: bool = False, read_s: float = 0.0
) -> AsyncIterator[str]:
    """Serve HTTP/2 over TLS; yield the base URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.set_alpn_protocols(["h2"])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Http2(parts, hang_up=hang_up, read_s=read_s), "127.0.0.1", 0, ssl=context
    )
    try:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()
        await asyncio.sleep(0.05)  # the connections' ends arrive in the next turns
