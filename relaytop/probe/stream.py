"""A connection that stamps every read with the time at which the socket became readable."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING

import httpcore

from relaytop.probe.errors import TLS, TOO_LARGE, ProbeError

if TYPE_CHECKING:
    from relaytop.probe.connect import ConnectTimings

MAX_HEADER_BYTES = 64 * 1024
HIGH_WATER = 512 * 1024
"""Unread bytes above which the socket is left alone."""
GATHER_S = 0.1
LAST_CHUNK = b"0\r\n\r\n"
_BUFFER = memoryview(bytearray(64 * 1024))
"""What every socket of this process is read into: a read is over before the next begins, and
asyncio's own reads would take 256 KiB from the system each time, on the clock."""


class StampedStream(asyncio.BufferedProtocol, httpcore.AsyncNetworkStream):
    """One TCP or TLS connection.

    A reader gets the pieces one by one with their stamps; while a chunked reply is under way it
    is woken at most every tenth of a second, since the stamps are taken here and not by it.

    Args:
        phases: The durations of resolution, connect and TLS; filled in as they happen.
    """

    def __init__(self, phases: ConnectTimings) -> None:
        self.phases = phases
        self.sent_at = 0.0
        """perf_counter seconds at which the request had left; 0 where none has."""
        self.first_read_at: float | None = None
        """Of the first piece of the reply."""
        self.read_at = 0.0
        """Of the piece that the reader got last."""
        self.eof = False
        self._ready_at = 0.0
        self._asking = True
        self._request: list[bytes] = []
        self._in_headers = True
        self._transport: asyncio.Transport | None = None
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._buffered = 0
        self._header_bytes = 0
        self._waiter: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._chunked = False
        self._gather: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    # ── one request after another ─────────────────────────────────────────────

    def begin(self) -> None:
        """Expect a request: what is written until the next read is it, and leaves as one."""
        self._asking = self._in_headers = True
        self._request.clear()
        self.sent_at = 0.0

    def end_headers(self) -> None:
        """Note that the headers of the reply are complete."""
        self._in_headers = False
        if self.http2:
            # Settings and window updates come before a reply and are no part of it.
            self.first_read_at = self.read_at

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The TLS session; None without TLS."""
        session = self.get_extra_info("ssl_object")
        return session if isinstance(session, ssl.SSLObject) else None

    @property
    def http2(self) -> bool:
        """Whether HTTP/2 was agreed upon."""
        session = self.tls
        return session is not None and session.selected_alpn_protocol() == "h2"

    # ── asyncio.BufferedProtocol ──────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Set the transport."""
        if isinstance(transport, asyncio.Transport):  # TCP has no other
            self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return the buffer to read the socket into, and stamp: it has something to read."""
        del sizehint
        self._ready_at = perf_counter()
        return _BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        """Queue what was read."""
        now, data = self._ready_at, bytes(_BUFFER[:nbytes])
        if self.first_read_at is None:
            self.first_read_at = now
            self._chunked = b"chunked" in data[:4096].lower()
        self._pieces.append((now, data))
        self._buffered += len(data)
        if self._buffered > HIGH_WATER and self._transport is not None:
            self._transport.pause_reading()
        if self._waiter is None:
            return
        if not self._chunked or data.endswith(LAST_CHUNK) or self._buffered > HIGH_WATER:
            self._wake()
        elif self._gather is None:
            self._gather = self._loop.call_later(GATHER_S, self._wake)

    def eof_received(self) -> bool:
        """Note the end; the transport closes itself."""
        self.eof = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end."""
        del exc
        self.eof = True
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        """Note that the kernel's buffer is full."""
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        """Note that the kernel's buffer has room again."""
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    def _wake(self) -> None:
        if self._gather is not None:
            self._gather.cancel()
            self._gather = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # ── httpcore.AsyncNetworkStream ───────────────────────────────────────────

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
    ) -> bytes:
        """Return the next piece, or nothing at the end of the stream.

        Raises:
            ProbeError: The headers are too large.
        """
        del timeout  # the probe has a deadline
        if self._asking:
            await self._send_request()
        if self._in_headers and self._header_bytes >= MAX_HEADER_BYTES:
            raise ProbeError(TOO_LARGE, "the reply's headers are larger than 64 KiB")
        if not self._pieces and not self.eof:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if not self._pieces:
            return b""
        if self._in_headers:
            # httpcore has a bound of its own, which one large read would meet before ours.
            max_bytes = min(max_bytes, MAX_HEADER_BYTES - self._header_bytes)
        self.read_at, data = self._pieces.popleft()
        if len(data) > max_bytes:
            self._pieces.appendleft((self.read_at, data[max_bytes:]))
            data = data[:max_bytes]
        self._buffered -= len(data)
        if self._buffered <= HIGH_WATER and self._transport is not None and not self.eof:
            self._transport.resume_reading()
        self._header_bytes += len(data)
        return data

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
    ) -> None:
        """Send; a request is buffered until its reply is read."""
        del timeout
        if self._asking:
            self._request.append(buffer)
        elif buffer:  # of no request, as HTTP/2's updates
            self._write(buffer)

    async def _send_request(self) -> None:
        """Send headers and body in one segment where they fit; stamp when they have left."""
        self._asking = False
        self.first_read_at = None
        self._header_bytes = 0
        self._write(b"".join(self._request))
        self._request.clear()
        if self._drained is not None:
            await self._drained
        self.sent_at = perf_counter()

    def _write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            raise httpcore.WriteError
        self._transport.write(data)

    async def aclose(self) -> None:
        """Close without waiting for the peer."""
        if self._transport is not None:
            self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
    ) -> StampedStream:
        """Do the TLS handshake on this connection.

        Raises:
            ProbeError: It failed, or the certificate does not verify.
        """
        del timeout
        if self._transport is None:
            raise ProbeError(TLS, "handshake failed: not connected")
        began = perf_counter()
        try:
            transport = await self._loop.start_tls(
                self._transport, self, ssl_context, server_hostname=server_hostname
            )
        except ssl.SSLCertVerificationError as error:
            raise ProbeError(TLS, f"certificate: {error.verify_message}") from None
        except (ssl.SSLError, OSError) as error:
            message = getattr(error, "reason", None) or str(error) or "the peer hung up"
            raise ProbeError(TLS, f"handshake failed: {message}") from None
        self._transport = transport
        self.begin()  # what a proxy was asked before is not the request
        self.phases.tls_ms = (perf_counter() - began) * 1000
        return self

    def get_extra_info(self, info: str) -> object:
        """Return what httpcore asks for: chiefly whether an idle connection is dead."""
        if info == "is_readable":
            return self.eof or bool(self._pieces)
        if self._transport is None:
            return None
        names = {"ssl_object": "ssl_object", "socket": "socket", "server_addr": "peername"}
        return self._transport.get_extra_info(names.get(info, info))
