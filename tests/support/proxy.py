"""A real CONNECT proxy on loopback, with or without TLS of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING

from tests.support.server import CERTIFICATE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HEAD_END = b"\r\n\r\n"


@contextlib.asynccontextmanager
async def connect_proxy(
    asked: list[bytes], *, tls: bool = False, refuse: bytes | None = None
) -> AsyncIterator[str]:
    """Serve as a proxy; yield its URL.

    Args:
        asked: Collects the heads of the CONNECT requests.
        tls: Whether the proxy itself speaks TLS.
        refuse: The status line to answer with instead of a tunnel.
    """
    talks: set[asyncio.Task[None] | None] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())
        try:
            head = await reader.readuntil(HEAD_END)
            asked.append(head)
            if refuse is not None:
                writer.write(refuse + b"\r\nContent-Length: 0" + HEAD_END)
                await writer.drain()
                return
            host, _, port = head.split(b" ")[1].decode().rpartition(":")
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
            writer.write(b"HTTP/1.1 200 Connection established" + HEAD_END)
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        server.close()
        async with asyncio.timeout(60):
            await asyncio.gather(*filter(None, talks))
        await asyncio.sleep(0.02)  # an aborted transport closes its socket in the next turn


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
