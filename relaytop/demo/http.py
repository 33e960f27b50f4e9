"""HTTP/1.1, as much of it as the relay needs: read one request, frame one reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from socket import socket

HEAD_BYTES = 64 * 1024
BODY_BYTES = 1024 * 1024
READ_BYTES = 16 * 1024
END_OF_HEAD = b"\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


class Request(NamedTuple):
    """One request."""

    method: str
    path: str
    """Without a query."""
    body: bytes
    keep_alive: bool


class BadRequestError(Exception):
    """The request is malformed or too large."""


class Reader:
    """Reads requests from one connection, and buffers what belongs to the next.

    Args:
        connection: A blocking socket, with a timeout of the caller's.
    """

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._buffer = bytearray()

    def next(self) -> Request | None:
        """Return the next request; None when the client has closed the connection.

        Raises:
            BadRequestError: It is malformed or too large.
            OSError: The connection broke or was idle for too long.
        """
        while (end := self._buffer.find(END_OF_HEAD)) < 0:
            if len(self._buffer) > HEAD_BYTES:
                message = "the headers are too long"
                raise BadRequestError(message)
            if not self._receive():
                return None
        head = self._consume(end + len(END_OF_HEAD))
        method, path, version, headers = _parse(head)
        length = _length(headers)
        while len(self._buffer) < length:
            if not self._receive():
                return None
        asked = headers.get("connection", "").lower()
        return Request(
            method=method,
            path=path.partition("?")[0],
            body=self._consume(length),
            keep_alive=asked != "close" and version == "HTTP/1.1",
        )

    def _receive(self) -> bool:
        data = self._connection.recv(READ_BYTES)
        self._buffer += data
        return bool(data)

    def _consume(self, count: int) -> bytes:
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data


def _parse(head: bytes) -> tuple[str, str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    match first.split(" "):
        case [method, path, version] if version.startswith("HTTP/1."):
            pass
        case _:
            message = "not an HTTP/1.1 request"
            raise BadRequestError(message)
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            message = "a header has no colon"
            raise BadRequestError(message)
        headers[name.lower()] = value.strip()
    return method, path, version, headers


def _length(headers: Mapping[str, str]) -> int:
    if "transfer-encoding" in headers:
        message = "send the body with a content-length"
        raise BadRequestError(message)
    text = headers.get("content-length", "0")
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(BODY_BYTES)):
        message = "invalid content-length"
        raise BadRequestError(message)
    length = int(text)
    if length > BODY_BYTES:
        message = "the body is too long"
        raise BadRequestError(message)
    return length


def response_head(status: int, headers: Mapping[str, str]) -> bytes:
    """Return the status line and the headers."""
    lines = [f"HTTP/1.1 {status} {REASONS[status]}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def json_response(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return a reply with a JSON body."""
    framing = {"content-type": "application/json", "content-length": str(len(body))}
    return response_head(status, {**framing, **headers}) + body


def stream_head(headers: Mapping[str, str]) -> bytes:
    """Return the head of an event stream in chunks."""
    framing = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
    return response_head(200, {**framing, "cache-control": "no-cache", **headers})


def chunk(data: bytes) -> bytes:
    """Frame one piece of a stream."""
    return b"%x\r\n%b\r\n" % (len(data), data)
