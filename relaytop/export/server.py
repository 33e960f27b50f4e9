"""The HTTP server of `/metrics`: h11 on asyncio, GET and HEAD, one reply a connection.

Everything is bounded: connections, the size of a request, the time for a handshake, a request and
a reply. On loopback it answers to loopback's names alone: a page in a browser on this machine may
point a name of its own at 127.0.0.1 and read what it finds there (DNS rebinding).
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

import h11

from relaytop.export.answer import Answer, refusal
from relaytop.export.loopback import host_in, is_loopback

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Mapping
    from typing import Any

MAX_HEAD = 16 * 1024
HEAD_S = 5.0
"""Deadline of a handshake, and of a request's arrival."""
SEND_S = 10.0
"""Deadline for reading a reply."""
MAX_CONCURRENT = 32
"""Connections at a time; one more ends the one that has been idle for longest."""
ACCEPT_RETRY_S = 0.1
"""Pause where no connection can be accepted: no file descriptor is left."""


class Gate(Protocol):
    """Who may read, and how."""

    def context(self) -> ssl.SSLContext | None:
        """Return the TLS for a new connection; None: plain HTTP."""
        ...

    def admits(self, certificate: Mapping[str, Any] | None) -> bool:
        """Return whether a client with this certificate may ask at all."""
        ...

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers of every reply."""
        ...

    async def refuse(self, authorization: str | None, client: str) -> Answer | None:
        """Return the reply to a request that is not let in; None where it is."""
        ...


class HttpServer:
    """Serves a few paths on a socket that listens already.

    Args:
        listening: The socket; `aclose` closes it.
        routes: Path → what makes its answer, given the request's Accept header.
        gate: Who may read; None: whoever can connect.
    """

    def __init__(
        self,
        listening: socket.socket,
        routes: Mapping[str, Callable[[str], Answer]],
        gate: Gate | None = None,
    ) -> None:
        self._listening = listening
        self._routes = routes
        self._gate = gate
        host = listening.getsockname()[0]
        self._host = host if is_loopback(host) else None
        """The address on loopback that it listens on; None where others reach it."""
        self._accepting: asyncio.Task[None] | None = None
        self._connections: dict[asyncio.Task[None], bool] = {}
        """Each connection, oldest first → whether it is idle: no reply is on its way."""

    async def start(self) -> None:
        """Begin to answer; a second call changes nothing."""
        if self._accepting is None:
            self._listening.settimeout(0)
            self._accepting = asyncio.create_task(self._accept())

    async def aclose(self) -> None:
        """Stop answering, in the middle of a reply if need be."""
        tasks = [*self._connections, *([self._accepting] if self._accepting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listening.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(self._listening)
            except OSError:
                await asyncio.sleep(ACCEPT_RETRY_S)
                continue
            if len(self._connections) >= MAX_CONCURRENT:
                self._end_one()
            task = asyncio.create_task(self._converse(connection, str(address[0])))
            self._connections[task] = True
            task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._connections.pop(task, None)

    def _end_one(self) -> None:
        """End the oldest idle connection; where none is idle, the oldest of all."""
        idle = (task for task, is_idle in self._connections.items() if is_idle)
        oldest = next(idle, next(iter(self._connections)))
        del self._connections[oldest]
        oldest.cancel()

    async def _converse(self, connection: socket.socket, client: str) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(MAX_HEAD)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport: asyncio.Transport | None = None
        try:
            context = self._gate.context() if self._gate is not None else None
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                connection,
                ssl=context,
                ssl_handshake_timeout=None if context is None else HEAD_S,
            )
            tls = transport.get_extra_info("ssl_object")
            if self._gate is None or self._gate.admits(tls.getpeercert() if tls else None):
                writer = asyncio.StreamWriter(transport, protocol, reader, loop)
                await self._serve(reader, writer, client)
        except (TimeoutError, OSError):
            pass  # a client that is slow, gone or without a good certificate gets no answer
        finally:
            if transport is None:
                connection.close()
            else:
                transport.abort()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: str
    ) -> None:
        http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        request = None
        try:
            async with asyncio.timeout(HEAD_S):
                request = await _read_request(http, reader)
        except h11.RemoteProtocolError as error:
            answer = refusal(HTTPStatus(error.error_status_hint))
        else:
            if request is None:
                return
            answer = await self._answer(request, client)
        only_head = request is not None and request.method == b"HEAD"
        added = self._gate.headers() if self._gate is not None else ()
        async with asyncio.timeout(SEND_S):
            self._mark(idle=False)
            writer.write(_reply(http, answer, added, only_head=only_head))
            if writer.can_write_eof():
                writer.write_eof()
            await writer.drain()
            self._mark(idle=True)
            # Hanging up while something is unread would reset the reply on its way.
            while await reader.read(MAX_HEAD):
                pass

    def _mark(self, *, idle: bool) -> None:
        task = asyncio.current_task()
        if task in self._connections:
            self._connections[task] = idle

    async def _answer(self, request: h11.Request, client: str) -> Answer:
        if request.method not in {b"GET", b"HEAD"}:
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, (("Allow", "GET, HEAD"),))
        fields = [(name, value.decode("latin-1")) for name, value in request.headers]
        hosts = [value for name, value in fields if name == b"host"]
        if self._host is not None and not all(self._is_ours(host) for host in hosts):
            return self._misdirected()
        if self._gate is not None:
            given = next((value for name, value in fields if name == b"authorization"), None)
            refused = await self._gate.refuse(given, client)
            if refused is not None:
                return refused
        path = request.target.decode("latin-1").partition("?")[0]
        route = self._routes.get(path)
        if route is None:
            text = f"not found: try {' or '.join(self._routes)}\n"
            return Answer(text.encode(), status=HTTPStatus.NOT_FOUND)
        return route(",".join(value for name, value in fields if name == b"accept"))

    def _is_ours(self, host: str) -> bool:
        """Return whether a Host header is one of loopback's; the port may be a tunnel's."""
        name = host_in(host)
        return name is not None and (name in {"localhost", self._host} or is_loopback(name))

    def _misdirected(self) -> Answer:
        text = (
            f"this listens on {self._host} and answers to localhost and loopback addresses alone; "
            "a proxy before it must set the header Host to localhost\n"
        )
        return Answer(text.encode(), status=HTTPStatus.MISDIRECTED_REQUEST)


async def _read_request(http: h11.Connection, reader: asyncio.StreamReader) -> h11.Request | None:
    """Return the head of a request; None where the client hangs up before.

    Raises:
        h11.RemoteProtocolError: It is malformed.
    """
    while (event := http.next_event()) is h11.NEED_DATA:
        http.receive_data(await reader.read(MAX_HEAD))
    return event if isinstance(event, h11.Request) else None


def _reply(
    http: h11.Connection, answer: Answer, added: tuple[tuple[str, str], ...], *, only_head: bool
) -> bytes:
    headers = [
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Connection", "close"),
        *answer.headers,
        *added,
    ]
    status = answer.status
    head = h11.Response(
        status_code=status.value, headers=headers, reason=status.phrase.encode("ascii")
    )
    sent = http.send(head) or b""
    return sent if only_head else sent + (http.send(h11.Data(data=answer.body)) or b"")
