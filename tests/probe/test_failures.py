"""Each way to fail has its class, against real servers that misbehave as told."""

import asyncio
import gzip
import socket

import pytest

from relaytop.config.settings import Provider, Target
from relaytop.probe.prober import Prober
from tests.probe.support import class_of, one
from tests.support.server import (
    DONE,
    ROLE,
    Response,
    ScriptedServer,
    chat_reply,
    chat_stream,
    delta,
    error_reply,
    stream_of,
)


@pytest.mark.parametrize(
    ("response", "error_class"),
    [
        (Response(raw=b""), "connect"),
        (Response(raw=b"SSH-2.0-OpenSSH_9\r\n"), "protocol"),
        (Response(silent=True), "timeout"),
        (stream_of([(0.0, ROLE), (0.0, delta(content="x"))], cut=True), "truncated"),
        (stream_of([(0.0, ROLE), (0.0, delta(content="x"))]), "truncated"),
        (
            Response(200, {"Content-Type": "application/json"}, [(0.0, b'{"cho')], cut=True),
            "truncated",
        ),
        (stream_of([(0.0, ROLE), (9.0, DONE)]), "timeout"),
        (stream_of([(0.05, b": keep-alive\n\n")] * 100), "timeout"),
        (Response(200, {}, []), "protocol"),
        (Response(302, {"Location": "http://127.0.0.1:9/"}, []), "protocol"),
        (Response(200, {f"X-{i}": "x" * 8000 for i in range(200)}, []), "too_large"),
        (stream_of([(0.0, b"data: " + b"x" * 300_000)]), "too_large"),
        (stream_of([(0.0, b"data: {}\n\n" * 100_000)] * 6), "too_large"),
        (Response(200, {"Content-Encoding": "br"}, [(0.0, b"x")]), "protocol"),
        (Response(200, {"Content-Encoding": "gzip"}, [(0.0, b"no gzip")]), "protocol"),
        (
            Response(200, {"Content-Encoding": "gzip"}, [(0.0, gzip.compress(b"0" * 50_000_000))]),
            "too_large",
        ),
        (error_reply(401), "auth"),
        (error_reply(404), "not_found"),
        (error_reply(500), "server_error"),
        (Response(503, {"Content-Type": "text/html"}, [(0.0, b"<html>")]), "overloaded"),
    ],
)
async def test_each_way_to_fail(response: Response, error_class: str) -> None:
    sample = await one(response, timeout_s=0.6)
    assert class_of(sample) == error_class, sample.failure
    assert sample.latency_ms is None
    assert sample.failure
    assert sample.failure.message


async def test_a_gzipped_reply_is_read_though_it_was_not_asked_for() -> None:
    body = gzip.compress(b'{"choices": [{"message": {"content": "x"}}]}')
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert (await one(Response(200, headers, [(0.0, body)]))).ok


async def test_a_redirect_is_not_followed() -> None:
    with ScriptedServer(lambda _: chat_reply()) as other:
        target = other.base_url + "/chat/completions"
        await one(Response(307, {"Location": target}, []))
        assert other.requests == []


async def test_refused_unresolved_and_unverified() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for url, error_class in (
        (f"http://127.0.0.1:{port}/v1", "connect"),
        ("http://no-such-host.invalid/v1", "dns"),
    ):
        prober = Prober(Provider(name="p", base_url=url))
        sample = await prober.probe(Target(provider="p", model="m", timeout_s=2.0), 0.0)
        assert class_of(sample) == error_class
        await prober.aclose()
    sample = await one(chat_stream(), tls=True)
    assert class_of(sample) == "tls"
    assert sample.failure
    assert "certificate" in sample.failure.message


async def test_tls_against_a_server_that_speaks_none() -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    prober = Prober(Provider(name="p", base_url=f"https://127.0.0.1:{port}/v1"))
    sample = await prober.probe(Target(provider="p", model="m", timeout_s=2.0), 0.0)
    await prober.aclose()
    server.close()
    assert class_of(sample) == "tls"
