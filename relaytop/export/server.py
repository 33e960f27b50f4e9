"""A small HTTP server: GET and HEAD, bounded requests, one reply a connection.

On loopback it answers to loopback's names alone: a page in a browser on this machine may point a
name of its own at 127.0.0.1 and read what it finds there (DNS rebinding).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from relaytop.export.loopback import host_in, is_loopback

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

MAX_HEAD = 16 * 1024
HEAD_S = 5.0
"""Deadline of a request's arrival."""
SEND_S = 10.0
"""Deadline for reading a reply."""
MAX_CONCURRENT = 32
"""Connections at a time; one more ends the one that has been idle for longest."""
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply of a path."""

    body: bytes
    content_type: str = TEXT
    status: HTTPStatus = HTTPStatus.OK


class HttpServer:
    """Serves a few paths on a socket that listens already.

    Args:
        listening: The socket; `aclose` closes it.
        routes: Path → what makes its answer, given the request's Accept header.
    """

    def __init__(
        self, listening: socket.socket, routes: Mapping[str, Callable[[str], Answer]]
    ) -> None:
        self._listening = listening
        self._routes = routes
        host = listening.getsockname()[0]
        self._host = host if is_loopback(host) else None
        """The address on loopback that it listens on; None where others reach it."""
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, bool] = {}
        """Each connection, oldest first → whether it is idle: no reply is on its way."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to answer; a second call changes nothing."""
        if self._server is None:
            self._server = await asyncio.start_server(
                self._accept, sock=self._listening, limit=MAX_HEAD
            )

    async def aclose(self) -> None:
        """Stop answering, in the middle of a reply if need be."""
        if self._server is not None:
            self._server.close()
        for writer in self._connections:
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._listening.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this as a task
        if len(self._connections) >= MAX_CONCURRENT:
            self._end_one()
        self._tasks.add(task)
        self._connections[writer] = True
        try:
            await self._serve(reader, writer)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            pass  # a client that is slow or gone gets no answer
        finally:
            self._connections.pop(writer, None)
            self._tasks.discard(task)
            writer.transport.abort()

    def _end_one(self) -> None:
        """End the oldest idle connection; where none is idle, the oldest of all."""
        idle = (writer for writer, is_idle in self._connections.items() if is_idle)
        oldest = next(idle, next(iter(self._connections)))
        del self._connections[oldest]
        # Its task ends by itself then; asyncio would log one that is cancelled.
        oldest.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_S):
                head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            answer, only_head = _refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE), False
        else:
            answer, only_head = self._answer(head.decode("latin-1"))
        async with asyncio.timeout(SEND_S):
            self._mark(writer, idle=False)
            writer.write(_reply(answer, only_head=only_head))
            writer.write_eof()
            await writer.drain()
            self._mark(writer, idle=True)
            # Hanging up while something is unread would reset the reply on its way.
            while await reader.read(MAX_HEAD):
                pass

    def _mark(self, writer: asyncio.StreamWriter, *, idle: bool) -> None:
        if writer in self._connections:
            self._connections[writer] = idle

    def _answer(self, head: str) -> tuple[Answer, bool]:
        """Return the answer to a request, and whether its head alone was asked for."""
        first, *lines = head.split("\r\n")
        method, _, rest = first.partition(" ")
        target, _, version = rest.partition(" ")
        if not version.startswith("HTTP/1."):
            return _refusal(HTTPStatus.BAD_REQUEST), False
        if method not in {"GET", "HEAD"}:
            return _refusal(HTTPStatus.METHOD_NOT_ALLOWED), False
        fields = [(name.strip().lower(), value.strip()) for name, _, value in map(_parts, lines)]
        hosts = [value for name, value in fields if name == "host"]
        if len(hosts) > 1 or (not hosts and version != "HTTP/1.0"):
            return _refusal(HTTPStatus.BAD_REQUEST), False
        if self._host is not None and not all(self._is_ours(host) for host in hosts):
            return self._misdirected(), method == "HEAD"
        route = self._routes.get(target.partition("?")[0])
        if route is None:
            paths = " or ".join(self._routes)
            text = f"not found: try {paths}\n"
            return Answer(text.encode(), status=HTTPStatus.NOT_FOUND), method == "HEAD"
        accept = [value for name, value in fields if name == "accept"]
        return route(",".join(accept)), method == "HEAD"

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


def _parts(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _refusal(status: HTTPStatus) -> Answer:
    return Answer(f"{status.phrase.lower()}\n".encode(), status=status)


def _reply(answer: Answer, *, only_head: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {answer.status.value} {answer.status.phrase}",
        f"Content-Type: {answer.content_type}",
        f"Content-Length: {len(answer.body)}",
        "Connection: close",
    ]
    if answer.status is HTTPStatus.METHOD_NOT_ALLOWED:
        lines.append("Allow: GET, HEAD")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    return head if only_head else head + answer.body
