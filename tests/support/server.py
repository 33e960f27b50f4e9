"""A real HTTP server on loopback that does exactly what a test tells it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

CERTIFICATE = Path(__file__).with_name("self-signed.pem")
LAX_CERTIFICATE = Path(__file__).with_name("lax-server.pem")
"""Of localhost, without the key identifiers that Python wants from 3.13 on."""
LAX_CA = Path(__file__).with_name("lax-ca.pem")
"""Its authority, made as companies make theirs."""


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    connection: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Response:
    """An answer: raw parts of the body with the pause before each."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    parts: list[tuple[float, bytes]] = field(default_factory=list)
    delay_s: float = 0.0
    chunked: bool = False
    cut: bool = False
    """Drop the connection where the body should end."""
    silent: bool = False
    """Never answer."""
    raw: bytes | None = None
    """Send this instead of anything that looks like HTTP, then hang up."""
    close: bool = False
    close_s: float = 0.0
    """Seconds after the reply until it closes; a request that comes until then is lost."""


Handler = Callable[[Seen], Response]


def chat_reply(content: str = "pong", **extra: object) -> Response:
    document = {
        "choices": [{"message": {"role": "assistant", "content": content}}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 3},
        **extra,
    }
    return json_reply(document)


def json_reply(document: object, status: int = 200, **headers: str) -> Response:
    return Response(
        status,
        {
            "Content-Type": "application/json",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        },
        [(0.0, json.dumps(document).encode())],
    )


def error_reply(status: int, message: str = "no", **fields: object) -> Response:
    return json_reply({"error": {"message": message, **fields}}, status)


def event(document: object) -> bytes:
    data = document if isinstance(document, str) else json.dumps(document)
    return f"data: {data}\n\n".encode()


def delta(**content: object) -> bytes:
    return event({"choices": [{"index": 0, "delta": content, "finish_reason": None}]})


ROLE = delta(role="assistant", content="")
STOP = event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
DONE = event("[DONE]")


def usage(**counts: object) -> bytes:
    return event({"choices": [], "usage": counts})


def chat_stream(
    tokens: int = 3,
    *,
    first_s: float = 0.0,
    gap_s: float = 0.0,
    head: dict[str, str] | None = None,
) -> Response:
    parts = [(0.0, ROLE)]
    parts += [(first_s if i == 0 else gap_s, delta(content=f"w{i} ")) for i in range(tokens)]
    parts += [(0.0, STOP), (0.0, usage(prompt_tokens=5, completion_tokens=tokens)), (0.0, DONE)]
    return stream_of(parts, head=head)


def stream_of(
    parts: list[tuple[float, bytes]], *, cut: bool = False, head: dict[str, str] | None = None
) -> Response:
    return Response(
        200, {"Content-Type": "text/event-stream", **(head or {})}, parts, chunked=True, cut=cut
    )


def models_reply(ids: list[str]) -> Response:
    return json_reply({"object": "list", "data": [{"id": name, "object": "model"} for name in ids]})


class ScriptedServer:
    """Serves `handler` on a thread of its own; use it as a context manager.

    Args:
        handler: Called with each request.
        tls: Serve https with a certificate that no one has signed, or by this context.
        idle_close_s: Close a connection that is idle for so long.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        tls: bool | ssl.SSLContext = False,
        idle_close_s: float | None = None,
    ) -> None:
        self.handler = handler
        self.requests: list[Seen] = []
        self.connections = 0
        self._tls = tls
        self._idle_close_s = idle_close_s
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    @property
    def base_url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop
        assert self._stop
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        context = self._tls if isinstance(self._tls, ssl.SSLContext) else None
        if self._tls is True:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        await asyncio.sleep(0.01)  # a connection just accepted is not closed by asyncio's server
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.02)  # an aborted transport closes its socket in the next turn

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._talk(reader, writer, self.connections)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        while True:
            async with asyncio.timeout(self._idle_close_s):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            method, path, _ = first.split(" ")
            seen = Seen(method, path, headers, body, time.time(), connection)
            self.requests.append(seen)
            if not await self._answer(self.handler(seen), writer):
                return

    async def _answer(self, response: Response, writer: asyncio.StreamWriter) -> bool:
        """Send a response; False where the connection ends with it."""
        if response.silent:
            await asyncio.sleep(3600)
        await asyncio.sleep(response.delay_s)
        if response.raw is not None:
            writer.write(response.raw)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
            return False
        length = sum(len(data) for _, data in response.parts)
        framing = (
            "Transfer-Encoding: chunked"
            if response.chunked
            else f"Content-Length: {length + (100 if response.cut else 0)}"
        )
        lines = [f"{name}: {value}" for name, value in response.headers.items()]
        head = "\r\n".join([f"HTTP/1.1 {response.status} X", *lines, framing])
        writer.write(head.encode("latin-1") + b"\r\n\r\n")
        for pause, data in response.parts:
            if pause:
                await writer.drain()
                await asyncio.sleep(pause)
            writer.write(b"%x\r\n%s\r\n" % (len(data), data) if response.chunked else data)
        await writer.drain()
        if response.cut:
            return False
        if response.chunked:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        if response.close:
            await asyncio.sleep(response.close_s)
        return not response.close


def hang_up_after(response: Response) -> Response:
    """Return the response, after which the server closes the connection without a word."""
    return replace(response, close=True, close_s=0.05)
