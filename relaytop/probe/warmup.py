"""The warm-up of the probing code, against a listener of our own, before latencies count."""

from __future__ import annotations

import asyncio
import contextlib

from relaytop.config.settings import Provider, Target
from relaytop.probe.prober import Prober

_EVENTS = (
    b'data: {"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n',
    b'data: {"choices":[{"delta":{"content":"hi"},"finish_reason":null}]}\n\n',
    b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
    b'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n',
    b"data: [DONE]\n\n",
)
_WHOLE = b'{"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":1}}'
_ROUNDS = 2


async def warm_up() -> None:
    """Probe a throw-away listener on loopback; the first request of a process is a slow one."""
    connections: set[asyncio.Task[None] | None] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.current_task())
        await _answer(reader, writer)

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    provider = Provider(name="warm-up", base_url=f"http://127.0.0.1:{port}/v1")
    prober = Prober(provider)
    try:
        for stream in (True, False) * _ROUNDS:
            target = Target(provider="warm-up", model=f"m-{stream}", stream=stream, timeout_s=2.0)
            await prober.probe(target, 0.0)
    finally:
        await prober.aclose()
        server.close()
        await asyncio.gather(*filter(None, connections))


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            body = await reader.readexactly(length)
            if b'"stream":true' in body:
                chunks = b"".join(b"%x\r\n%s\r\n" % (len(e), e) for e in _EVENTS)
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                    b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
                )
            else:
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (len(_WHOLE), _WHOLE)
                )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
