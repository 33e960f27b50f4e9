"""The parts of a hostile answer, and the connection that it goes to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1024 * 1024
ENDLESS = 20_000
"""Times that an endless answer repeats itself: more than any client should take."""


class Wire:
    """One connection to a client.

    Args:
        writer: Where it goes.
        key: The user's key.
        other_port: Where the other host of redirects listens.
    """

    def __init__(self, writer: asyncio.StreamWriter, key: str, other_port: int) -> None:
        self.key = key
        self.other_port = other_port
        self._writer = writer

    async def send(self, *parts: bytes, pause_s: float = 0.0) -> None:
        """Send parts, each as soon as the client has taken the one before it."""
        for part in parts:
            self._writer.write(part)
            await self._writer.drain()
            if pause_s:
                await asyncio.sleep(pause_s)

    async def repeat(self, part: bytes, times: int = ENDLESS, pause_s: float = 0.0) -> None:
        """Send a part again and again."""
        for _ in range(times):
            await self.send(part, pause_s=pause_s)

    async def hang_up(self) -> None:
        """Close after what was sent has left."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
        raise ConnectionAbortedError

    def reset(self) -> None:
        """Drop the connection with RST."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()
        raise ConnectionAbortedError


def head(status: str, *lines: str | bytes) -> bytes:
    """Return a status line and headers."""
    raw = [line if isinstance(line, bytes) else line.encode("latin-1") for line in lines]
    return b"\r\n".join([f"HTTP/1.1 {status}".encode(), *raw]) + b"\r\n\r\n"


def body(
    data: bytes, *lines: str | bytes, status: str = "200 OK", kind: str = "application/json"
) -> bytes:
    """Return a whole answer."""
    return head(status, f"Content-Type: {kind}", f"Content-Length: {len(data)}", *lines) + data


def json_answer(document: object, *lines: str | bytes, status: str = "200 OK") -> bytes:
    """Return a whole answer of JSON."""
    return body(json.dumps(document).encode(), *lines, status=status)


def refused(message: str, *lines: str | bytes, status: str = "500 X", code: str = "") -> bytes:
    """Return an error as OpenAI words it."""
    return json_answer({"error": {"message": message, "code": code}}, *lines, status=status)


EVENTS = head("200 OK", "Content-Type: text/event-stream", "Connection: close")
"""The head of a stream without length, so that it ends where the connection does."""
ENDLESS_JSON = head("200 OK", "Content-Type: application/json", "Connection: close")
CHUNKED = head("200 OK", "Content-Type: application/json", "Transfer-Encoding: chunked")
SPEECH = b'data: {"choices":[{"index":0,"delta":{"content":"w"},"finish_reason":null}]}\n\n'
END = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def gzip_of_zeros(mib: int) -> Iterator[bytes]:
    """Yield a gzip of so many MiB of zeros, 1 KiB for each: a full flush makes blocks alike."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(MIB)
    yield packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(mib - 1):
        yield block
