"""Reading a status page from a real server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from relaytop.config.settings import Provider, Secret
from relaytop.probe.status_page_request import MAX_BYTES, StatusPageReader
from relaytop.wire.facts import Failure, OfficialStatus
from tests.support.proxy import connect_proxy
from tests.support.server import LAX_CA, Response, ScriptedServer, Seen, json_reply
from tests.support.status_pages import INSTATUS, STATUSPAGE

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "sk-test-abcdefghijklmnop"
ABSENT = json_reply({"error": "not found"}, 404)


def provider(proxy: str | None = None, ca_file: str | None = None) -> Provider:
    return Provider(
        name="p",
        base_url="http://127.0.0.1:9/v1",
        key=Secret(KEY),
        headers={"X-Team": "ops", "X-Key": KEY, "User-Agent": "secret agent"},
        proxy=proxy,
        ca_file=ca_file,
    )


def root(server: ScriptedServer) -> str:
    return server.base_url.removesuffix("/v1")


async def read_once(handler: Callable[[Seen], Response]) -> OfficialStatus | Failure:
    with ScriptedServer(handler) as server:
        return await StatusPageReader(root(server), provider()).read()


async def test_no_key_and_no_header_of_the_provider_is_sent() -> None:
    with ScriptedServer(lambda _seen: json_reply(STATUSPAGE)) as server:
        found = await StatusPageReader(root(server), provider()).read()
        assert isinstance(found, OfficialStatus)
        assert found.indicator == "major"
        (seen,) = server.requests
    assert (seen.method, seen.path, seen.body) == ("GET", "/api/v2/summary.json", b"")
    assert seen.headers.keys() == {"host", "user-agent", "accept", "accept-encoding"}
    assert KEY not in str(seen)
    assert "ops" not in str(seen)
    assert "secret" not in str(seen)


async def test_the_document_is_found_and_asked_for_alone_from_then_on() -> None:
    def answer(seen: Seen) -> Response:
        return json_reply(INSTATUS) if seen.path == "/status/summary.json" else ABSENT

    with ScriptedServer(answer) as server:
        reader = StatusPageReader(f"{root(server)}/status", provider())
        for _ in range(2):
            assert isinstance(await reader.read(), OfficialStatus)
        paths = [seen.path for seen in server.requests]
    assert paths == ["/status/api/v2/summary.json", "/status/summary.json", "/status/summary.json"]


async def test_the_url_of_a_document_is_asked_as_it_is() -> None:
    with ScriptedServer(lambda _seen: json_reply(STATUSPAGE)) as server:
        await StatusPageReader(f"{root(server)}/x/summary.json", provider()).read()
        assert [seen.path for seen in server.requests] == ["/x/summary.json"]


async def test_a_document_that_has_not_changed_is_not_sent_again() -> None:
    def answer(seen: Seen) -> Response:
        if seen.headers.get("if-none-match") == 'W/"1"':
            return Response(304)
        return json_reply(STATUSPAGE, ETag='W/"1"')

    with ScriptedServer(answer) as server:
        reader = StatusPageReader(root(server), provider())
        first = await reader.read()
        assert await reader.read() == first
        assert isinstance(first, OfficialStatus)
        assert "if-none-match" not in server.requests[0].headers
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (json_reply({}, 503), "HTTP 503"),
        (json_reply({"status": "ok"}), "not a document of Statuspage or Instatus"),
        (Response(200, {}, [(0.0, b"<html>")]), "not a document of Statuspage or Instatus"),
        (Response(200, {}, [(0.0, b" " * (MAX_BYTES + 1))]), "larger than 1 MiB"),
        (Response(200, {}, [(0.0, json.dumps(STATUSPAGE).encode())], cut=True), "closed in the"),
        (Response(304), "it redirects to"),
        (
            Response(302, {"Location": "https://u:p@Status.Example.org/x"}),
            "it redirects to https://Status.Example.org/x;",
        ),
        (
            Response(301, {"Location": "https://example.org/status/api/v2/summary.json?a=b"}),
            "it redirects to https://example.org/status; set status_page to that",
        ),
        (Response(301, {"Location": "https://["}), "it redirects to nowhere"),
        (Response(raw=b"\x00\x01\r\n"), "not valid HTTP"),
    ],
)
async def test_a_failure_says_why(response: Response, words: str) -> None:
    found = await read_once(lambda _seen: response)
    assert isinstance(found, Failure)
    assert words in found.message
    assert "u:p" not in found.message


async def test_a_redirect_is_not_followed() -> None:
    with ScriptedServer(lambda _seen: json_reply(STATUSPAGE)) as other:
        moved = Response(302, {"Location": f"{root(other)}/api/v2/summary.json"})
        assert isinstance(await read_once(lambda _seen: moved), Failure)
        assert other.requests == []


async def test_a_host_that_is_not_there_is_asked_for_one_document() -> None:
    found = await StatusPageReader("http://127.0.0.1:9", provider()).read()
    assert isinstance(found, Failure)
    assert found.error_class == "connect"


async def test_a_proxy_of_an_unknown_kind_is_a_failure() -> None:
    found = await StatusPageReader("http://127.0.0.1:9", provider(proxy="socks5://h:1")).read()
    assert isinstance(found, Failure)
    assert "the proxy's URL must be" in found.message


async def test_the_providers_proxy_and_ca_file_are_used() -> None:
    asked: list[bytes] = []
    with ScriptedServer(lambda _seen: json_reply(STATUSPAGE), tls=True) as server:
        url = root(server).replace("127.0.0.1", "localhost")
        async with connect_proxy(asked) as proxy:
            found = await StatusPageReader(url, provider(proxy=proxy, ca_file=str(LAX_CA))).read()
        assert server.requests == []
    assert isinstance(found, Failure)
    assert found.error_class == "tls"
    assert asked[0].startswith(b"CONNECT localhost:")
    assert KEY.encode() not in b"".join(asked)
