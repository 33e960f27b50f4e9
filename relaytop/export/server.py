"""A small HTTP server: GET and HEAD, bounded requests, one reply a connection."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

MAX_HEAD = 16 * 1024
HEAD_S = 5.0
"""Deadline of a request's arrival."""
SEND_S = 10.0
"""Deadline for reading a reply."""
MAX_CONCURRENT = 32
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
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

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
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._listening.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this as a task
        self._connections.add(task)
        try:
            if len(self._connections) <= MAX_CONCURRENT:
                await self._serve(reader, writer)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            pass  # a client that is slow or gone gets no answer
        finally:
            self._connections.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_S):
                head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            answer, only_head = _refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE), False
        else:
            answer, only_head = self._answer(head.decode("latin-1"))
        async with asyncio.timeout(SEND_S):
            writer.write(_reply(answer, only_head=only_head))
            writer.write_eof()
            await writer.drain()
            # Hanging up while something is unread would reset the reply on its way.
            while await reader.read(MAX_HEAD):
                pass

    def _answer(self, head: str) -> tuple[Answer, bool]:
        """Return the answer to a request, and whether its head alone was asked for."""
        first, *lines = head.split("\r\n")
        method, _, rest = first.partition(" ")
        target, _, version = rest.partition(" ")
        if not version.startswith("HTTP/1."):
            return _refusal(HTTPStatus.BAD_REQUEST), False
        if method not in {"GET", "HEAD"}:
            return _refusal(HTTPStatus.METHOD_NOT_ALLOWED), False
        route = self._routes.get(target.partition("?")[0])
        if route is None:
            paths = " or ".join(self._routes)
            text = f"there is nothing here: try {paths}\n"
            return Answer(text.encode(), status=HTTPStatus.NOT_FOUND), method == "HEAD"
        accept = [v for name, _, v in (line.partition(":") for line in lines) if _is_accept(name)]
        return route(",".join(accept)), method == "HEAD"


def _is_accept(name: str) -> bool:
    return name.strip().lower() == "accept"


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
