"""A connection whose every read has the time at which it arrived."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import httpcore

from relaytop.probe.errors import TLS, TOO_LARGE, ProbeError
from relaytop.probe.kernel_clock import (
    CONTROL_BYTES,
    WAKEFULNESS,
    KernelClock,
    stamp_arrivals,
)
from relaytop.probe.tls_layer import TLSLayer

if TYPE_CHECKING:
    import socket

    from relaytop.probe.connect import ConnectTimings

MAX_HEADER_BYTES = 64 * 1024
HIGH_WATER = 512 * 1024
"""Unread bytes above which the socket is left alone."""
GATHER_S = 0.1
LAST_CHUNK = b"0\r\n\r\n"
CHECKED_READS = 16
"""Reads of a reply for which it is found out whether events came together: the first token is
among them."""
_EVENT = b"data:"
_FRAME_TYPE, _DATA_FRAME = 3, 0
"""Where a frame of HTTP/2 has its type, and that of one that brings a part of a body."""
_BUFFER = bytearray(64 * 1024)
"""What every socket of this process is read into: a read is over before the next begins."""
_VIEW = memoryview(_BUFFER)


class Piece(NamedTuple):
    """The bytes of one read."""

    data: bytes
    at: float
    """When the last byte of it arrived, perf_counter seconds."""
    early_s: float = 0.0
    """By how much its first byte may have been earlier than that, where it was read late."""


class StampedStream(httpcore.AsyncNetworkStream):
    """One TCP or TLS connection.

    A reader gets the pieces one by one with their stamps; while a chunked reply is under way it
    is woken at most every tenth of a second, since the stamps are taken here and not by it.

    Args:
        sock: Connected, and not blocking.
        phases: The durations of resolution, connect and TLS; filled in as they happen.
    """

    def __init__(self, sock: socket.socket, phases: ConnectTimings) -> None:
        self.phases = phases
        self.sent_at = 0.0
        """perf_counter seconds at which the request had left; 0 where none has."""
        self.first_read_at: float | None = None
        """Of the first piece of the reply."""
        self.read_at = 0.0
        """Of the piece that the reader got last."""
        self.early_s = 0.0
        """By how much the first byte of that piece may have come earlier."""
        self.late_s: float | None = None
        """The longest time between the arrival of a piece of this reply and its being read; None
        where the kernel stamped none of them."""
        self.kernel_stamped = False
        """Whether every piece of this reply has the kernel's stamp."""
        self.eof = False
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._clock = KernelClock() if stamp_arrivals(sock) else None
        self._layers: list[TLSLayer] = []
        self._asking = True
        self._request: list[bytes] = []
        self._in_headers = True
        self._pieces: deque[Piece] = deque()
        self._buffered = 0
        self._header_bytes = 0
        self._waiter: asyncio.Future[None] | None = None
        self._unsent = bytearray()
        self._drained: asyncio.Future[None] | None = None
        self._chunked = False
        self._gather: asyncio.TimerHandle | None = None
        self._reading = self._closed = False
        self._reads = 0
        self._emptied_at = 0.0
        self._awake_s: float | None = None
        self._error: OSError | None = None
        """Why the connection ended, where the peer did not just close it."""
        self._answered = False
        """Whether the peer said anything since the last handshake."""
        self._listen()

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
        """The innermost TLS session; None where none was established."""
        established = [layer for layer in self._layers if layer.established]
        return established[-1].ssl_object if established else None

    @property
    def http2(self) -> bool:
        """Whether HTTP/2 was agreed upon."""
        return self.tls is not None and self.tls.selected_alpn_protocol() == "h2"

    # ── the socket ────────────────────────────────────────────────────────────

    def _listen(self) -> None:
        if not self._reading and not self.eof and not self._closed:
            self._loop.add_reader(self._sock, self._on_readable)
            self._reading = True

    def _leave_unread(self) -> None:
        if self._reading:
            self._loop.remove_reader(self._sock)
            self._reading = False

    def _on_readable(self) -> None:
        ready_at = perf_counter()
        try:
            count, control, _flags, _from = self._sock.recvmsg_into([_VIEW], CONTROL_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        if not count:
            self._end()
            return
        at = self._stamp(control, ready_at)
        data = bytes(_VIEW[:count])
        if self._layers:
            data = self._decrypt(data)
        if data:
            several = self._reads <= CHECKED_READS and data.count(_EVENT) > 1
            self._keep(Piece(data, at, self._early_s(at) if several else 0.0))
        self._emptied_at = ready_at

    def _stamp(self, control: list[tuple[int, int, bytes]], ready_at: float) -> float:
        """Return when the last byte of a read arrived, perf_counter seconds."""
        self._reads += 1
        if self._clock is None:
            return ready_at
        now = perf_counter()
        at = self._clock.arrival(control, self.sent_at, now)
        if at is None:
            self.kernel_stamped = False
            return ready_at
        if self.late_s is None or now - at > self.late_s:
            self.late_s = now - at
        return at

    def _early_s(self, at: float) -> float:
        """Return by how much the first of several events that were read at once may be earlier."""
        awake_s = WAKEFULNESS.seconds()
        if awake_s is None or self._awake_s is None:
            return 0.0
        # While this thread slept nothing came: what did would have woken it.
        woken_at = perf_counter() - (awake_s - self._awake_s)
        return max(0.0, at - max(self._emptied_at, woken_at))

    def _decrypt(self, data: bytes) -> bytes:
        closed, error = False, None
        for layer in self._layers:
            data = layer.receive(data)
            closed, error = closed or layer.closed, error or layer.error
            if reply := layer.to_send():
                with contextlib.suppress(httpcore.WriteError, ssl.SSLError):
                    self._send_below(layer, reply)
        if not self._layers[-1].established:
            self._wake()
        if closed:
            self._end(error)
        return data

    def _keep(self, piece: Piece) -> None:
        self._answered = True
        if self.first_read_at is None:
            self.first_read_at = piece.at
            self._chunked = b"chunked" in piece.data[:4096].lower()
        self._pieces.append(piece)
        self._buffered += len(piece.data)
        if self._buffered > HIGH_WATER:
            self._leave_unread()
        if self._drained is not None and not self._drained.done():
            # An answer before all of the request was read: the rest may never be.
            self._drained.set_result(None)
        if self._waiter is None:
            return
        ended = piece.data.endswith(LAST_CHUNK)
        if not self._chunked or ended or self._buffered > HIGH_WATER:
            self._wake()
        elif self._gather is None:
            self._gather = self._loop.call_later(GATHER_S, self._wake)

    def _end(self, error: OSError | None = None) -> None:
        self._error = error or self._error  # the reader's says more than the writer's
        self.eof = True
        self._leave_unread()
        for layer in self._layers:
            layer.receive_eof()
        self._wake()
        self._write_done()

    def _wake(self) -> None:
        if self._gather is not None:
            self._gather.cancel()
            self._gather = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    # ── sending ───────────────────────────────────────────────────────────────

    async def _send_request(self) -> None:
        """Send headers and body in one segment where they fit; stamp when they leave."""
        self._asking = False
        self.first_read_at = self.late_s = None
        self.kernel_stamped = self._clock is not None
        self._header_bytes = self._reads = 0
        data = self._encrypted(b"".join(self._request))
        self._request.clear()
        self._awake_s = WAKEFULNESS.seconds() if self._clock is not None else None
        self.sent_at = self._emptied_at = perf_counter()
        # A server may refuse a request, and hang up, before it has read all of it.
        with contextlib.suppress(httpcore.WriteError):
            self._send(data)
            await self._stamp_drained()

    async def _stamp_drained(self) -> None:
        """Wait until all has left, or an answer comes; in the first case it was sent only now."""
        if self._drained is not None:
            await self._drained
            if self.first_read_at is None:
                self.sent_at = perf_counter()

    def _encrypted(self, data: bytes) -> bytes:
        for layer in reversed(self._layers):
            data = layer.encrypt(data)
        return data

    def _send_below(self, layer: TLSLayer, data: bytes) -> None:
        """Send what a layer itself has to say, through those beneath it."""
        for below in reversed(self._layers[: self._layers.index(layer)]):
            data = below.encrypt(data)
        self._send(data)

    def _send(self, data: bytes) -> None:
        if self._closed or self.eof:
            raise httpcore.WriteError
        if self._unsent:
            self._unsent += data
            return
        try:
            count = self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            count = 0
        except OSError as error:
            self._error = self._error or error
            raise httpcore.WriteError from error
        if count < len(data):
            self._unsent += data[count:]
            self._drained = self._loop.create_future()
            self._loop.add_writer(self._sock, self._on_writable)

    def _on_writable(self) -> None:
        try:
            count = self._sock.send(self._unsent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            # What came before is still to be read, and then the end.
            self._error = self._error or error
            self._write_done()
            return
        del self._unsent[:count]
        if not self._unsent:
            self._write_done()

    def _write_done(self) -> None:
        if self._drained is not None:
            self._loop.remove_writer(self._sock)
            if not self._drained.done():
                self._drained.set_result(None)
            self._drained = None
        self._unsent.clear()

    # ── httpcore.AsyncNetworkStream ───────────────────────────────────────────

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
    ) -> bytes:
        """Return the next piece, or nothing at the end of the stream.

        Raises:
            ProbeError: The headers are too large, or the peer ended TLS by an alert for an answer.
            httpcore.ReadError: The connection broke.
        """
        del timeout  # the probe has a deadline
        if self._asking:
            await self._send_request()
        if self._in_headers and self._header_bytes >= MAX_HEADER_BYTES:
            raise ProbeError(TOO_LARGE, "the reply's headers are larger than 64 KiB")
        if not self._pieces and not self.eof:
            await self._wait()
        if not self._pieces:
            if self._error is not None:
                raise self._disconnect(self._error)
            return b""
        if self._in_headers:
            # httpcore has a bound of its own, which one large read would meet before ours.
            max_bytes = min(max_bytes, MAX_HEADER_BYTES - self._header_bytes)
        piece = self._pieces[0]
        self.read_at, self.early_s = piece.at, piece.early_s
        data = piece.data
        if len(data) > max_bytes:
            self._pieces[0] = piece._replace(data=data[max_bytes:])
            data = data[:max_bytes]
        else:
            self._pieces.popleft()
        self._buffered -= len(data)
        if self._buffered <= HIGH_WATER:
            self._listen()
        self._header_bytes += len(data)
        return data

    def _disconnect(self, error: OSError) -> Exception:
        if isinstance(error, ssl.SSLError) and not self._answered:
            # In TLS 1.3 a server says only now that it wants a certificate of the client, say.
            return ProbeError(TLS, f"handshake failed: {error.reason or error}")
        return httpcore.ReadError(str(error))

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
            # A server that hangs up behind its reply takes none, and the reply is still to be read.
            with contextlib.suppress(httpcore.WriteError):
                self._send(self._encrypted(buffer))
                if self._in_headers and buffer[_FRAME_TYPE] == _DATA_FRAME:
                    # The rest of a request that was larger than HTTP/2's window.
                    self.sent_at = perf_counter()
                    await self._stamp_drained()

    async def aclose(self) -> None:
        """Close without waiting for the peer."""
        if not self._closed:
            self._end()
            self._closed = True
            self._sock.close()

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
        began = perf_counter()
        self.begin()  # what a proxy was asked before is not the request
        try:
            await self._handshake(ssl_context, server_hostname)
        except ssl.SSLCertVerificationError as error:
            raise ProbeError(TLS, f"certificate: {error.verify_message}") from None
        except (ssl.SSLError, OSError, httpcore.WriteError) as error:
            message = (
                getattr(error, "reason", None) or str(error) or "the peer closed the connection"
            )
            raise ProbeError(TLS, f"handshake failed: {message}") from None
        self.phases.tls_ms = (perf_counter() - began) * 1000
        return self

    async def _handshake(self, context: ssl.SSLContext, server_hostname: str | None) -> None:
        try:
            layer = TLSLayer(context, server_hostname)
            self._layers.append(layer)
            self._answered = False
            while self._pieces:  # of a peer that spoke first, so not by TLS
                layer.receive(self._pieces.popleft().data)
            self._buffered = 0
            while not layer.handshake():
                self._send_own(layer)
                await self._wait_for_peer()
            self._send_own(layer)
        except BaseException:
            if self._layers:
                with contextlib.suppress(httpcore.WriteError, ssl.SSLError):
                    self._send_own(self._layers[-1])  # the alert that says what was wrong
            await self.aclose()
            raise
        # What the peer sent behind its last word of the handshake was not decrypted yet.
        if data := layer.receive(b""):
            self._keep(Piece(data, perf_counter()))
        if layer.closed:
            self._end(layer.error)

    async def _wait_for_peer(self) -> None:
        if self.eof:
            raise ConnectionResetError
        await self._wait()

    def _send_own(self, layer: TLSLayer) -> None:
        if data := layer.to_send():
            self._send_below(layer, data)

    def get_extra_info(self, info: str) -> object:
        """Return what httpcore asks for: chiefly whether an idle connection is dead."""
        if info == "is_readable":
            if self._reading:
                self._on_readable()  # a busy loop may not have come to it
            return self.eof or bool(self._pieces) or bool(self._unsent)
        if info == "ssl_object":
            return self.tls
        if info == "socket":
            return self._sock
        if info == "server_addr":
            return self._sock.getpeername()
        return None
