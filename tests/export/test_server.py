"""The server answers what it must and is not impressed by what it must not."""

import asyncio

import pytest

from tests.export.scraping import exported

CASES = {
    "head": (b"HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200),
    "query": (b"GET /healthz?a=b HTTP/1.0\r\n\r\n", 200),
    "elsewhere": (b"GET / HTTP/1.1\r\n\r\n", 404),
    "post": (b"POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 405),
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


async def test_more_clients_than_there_is_room_for_are_turned_away() -> None:
    async with exported() as found:
        crowd = [await asyncio.open_connection("127.0.0.1", found.port) for _ in range(40)]
        async with asyncio.timeout(3):
            replies = await asyncio.gather(*(reader.read() for reader, _ in crowd[32:]))
        assert replies == [b""] * 8
        for _reader, writer in crowd:
            writer.close()
