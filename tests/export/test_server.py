"""The server answers what it must and is not impressed by what it must not."""

import asyncio
import contextlib

import pytest

from tests.export.scraping import exported

CASES = {
    "head": (b"HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
    "query": (b"GET /healthz?a=b HTTP/1.0\r\n\r\n", 200),
    "elsewhere": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404),
    "without a host": (b"GET /metrics HTTP/1.1\r\n\r\n", 400),
    "of two hosts": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
    "post": (b"POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", 405),
    "garbage": (b"\x16\x03\x01\r\n\r\n", 400),
    "huge": (b"GET /metrics HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", 431),
}


async def raw_reply(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        writer.write_eof()
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("case", CASES)
async def test_requests_of_all_kinds(case: str) -> None:
    request, status = CASES[case]
    async with exported() as found:
        reply = await raw_reply(found.port, request)
    head, _, body = reply.partition(b"\r\n\r\n")
    assert head.split()[1] == str(status).encode()
    assert (body == b"") is (case == "head")
    assert (b"Allow: GET, HEAD" in head) is (case == "post")


async def test_clients_that_say_nothing_do_not_hold_up_others() -> None:
    async with exported() as found:
        silent = [await asyncio.open_connection("127.0.0.1", found.port) for _ in range(20)]
        assert (await found.get("/healthz")).text == "ok\n"
        for _reader, writer in silent:
            writer.close()


HOSTS = {
    "127.0.0.1:9464": 200,
    "127.0.0.1": 200,
    "localhost:1": 200,  # the port may be that of a tunnel
    "LocalHost.": 200,
    "127.8.8.8": 200,
    "[::1]:9464": 200,
    "[::ffff:127.0.0.1]": 200,
    "evil.example:9464": 421,
    "localhost.evil.example": 421,
    "127.0.0.1.evil.example": 421,
    "10.0.0.1": 421,
    "user@localhost": 421,
    "[localhost]": 421,
    "localhost:port": 421,
    "": 421,
}


@pytest.mark.parametrize("host", HOSTS)
async def test_on_loopback_it_answers_to_loopbacks_names_alone(host: str) -> None:
    """A page in a browser may point its own name at 127.0.0.1 (DNS rebinding)."""
    async with exported() as found:
        reply = await raw_reply(
            found.port, f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        )
    head, _, body = reply.partition(b"\r\n\r\n")
    assert head.split()[1] == str(HOSTS[host]).encode()
    if HOSTS[host] == 421:
        assert b"listens on 127.0.0.1 and answers to localhost" in body


async def test_elsewhere_it_answers_to_any_name() -> None:
    async with exported(host="0.0.0.0") as found:
        reply = await raw_reply(found.port, b"GET /healthz HTTP/1.1\r\nHost: ops-1\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("begun", [b"", b"GET /metrics HT"])
async def test_idle_connections_starve_no_scrape(
    begun: bytes, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest idle ones give way, and no more are open than there is room for."""
    monkeypatch.setattr("relaytop.export.server.HEAD_S", 1000.0)
    async with exported() as found:
        crowd = [await asyncio.open_connection("127.0.0.1", found.port) for _ in range(64)]
        for _reader, writer in crowd:
            writer.write(begun)
        async with asyncio.timeout(60):
            for reader, _writer in crowd[:32]:
                with contextlib.suppress(ConnectionResetError):
                    assert await reader.read() == b""
            for _ in range(5):
                assert (await found.get("/healthz")).text == "ok\n"
        for _reader, writer in crowd:
            writer.close()
    # Not a word of asyncio's: the agent's stderr is lines of JSON, the screen's is the screen.
    assert caplog.records == []


async def test_clients_that_do_not_hang_up_starve_no_scrape(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They have their reply, and keep the connection open."""
    monkeypatch.setattr("relaytop.export.server.HEAD_S", 1000.0)
    async with exported() as found:
        crowd = [await asyncio.open_connection("127.0.0.1", found.port) for _ in range(40)]
        async with asyncio.timeout(60):
            for _reader, writer in crowd[:32]:
                writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
            replies = await asyncio.gather(*(reader.read() for reader, _ in crowd[8:32]))
            assert all(reply.endswith(b"ok\n") for reply in replies)
            assert (await found.get("/healthz")).text == "ok\n"
        for _reader, writer in crowd:
            writer.close()


async def test_a_request_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relaytop.export.server.HEAD_S", 0.05)
    async with exported() as found:
        reader, writer = await asyncio.open_connection("127.0.0.1", found.port)
        writer.write(b"GET /metrics HT")
        async with asyncio.timeout(60):
            assert await reader.read() == b""
        writer.close()


async def test_it_ends_though_clients_stay(caplog: pytest.LogCaptureFixture) -> None:
    async with exported() as found:
        crowd = [await asyncio.open_connection("127.0.0.1", found.port) for _ in range(3)]
        crowd[0][1].write(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert await crowd[0][0].read()
    await asyncio.sleep(0)
    assert caplog.records == []
    for _reader, writer in crowd:
        writer.close()
