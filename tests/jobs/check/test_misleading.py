"""Servers whose refusal looks like something else, by the doctor's whole round."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from relaytop.jobs.check import connectivity, port_trials
from tests.jobs.check.support import KEY, provider, round_of
from tests.support.http2 import http2_server
from tests.support.proxy import connect_proxy
from tests.support.server import (
    CERTIFICATE,
    DONE,
    LAX_CA,
    LAX_CERTIFICATE,
    Response,
    ScriptedServer,
    Seen,
    chat_reply,
    chat_stream,
    error_reply,
    json_reply,
    models_reply,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from relaytop.jobs.check.findings import Finding

PAGE = Response(200, {"Content-Type": "text/html"}, [(0.0, b"<html>407</html>")])
needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="needs the openssl program"
)
PORTKEY = "Either x-portkey-config or x-portkey-provider header is required"


def at_v1(elsewhere: Response | None = None) -> Callable[[Seen], Response]:
    """Serve an API under /v1; elsewhere answer as LM Studio does, or as told."""

    def answer(seen: Seen) -> Response:
        if seen.path == "/v1/models":
            return models_reply(["m"])
        if seen.path == "/v1/chat/completions":
            return chat_stream(1) if seen.json["stream"] else chat_reply()
        words = f"Unexpected endpoint or method. ({seen.method} {seen.path})"
        return elsewhere or json_reply({"error": words})

    return answer


async def check(
    handler: Callable[[Seen], Response],
    folder: Path,
    path: str = "/v1",
    *,
    tls: bool | ssl.SSLContext = False,
    **fields: object,
) -> dict[str, Finding]:
    with ScriptedServer(handler, tls=tls) as server:
        url = server.base_url.removesuffix("/v1").replace("127.0.0.1", "localhost") + path
        return await round_of(provider(url, **{"models": ("m",), **fields}), folder)


@contextlib.contextmanager
def openssl_server(*options: str) -> Iterator[str]:
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(CERTIFICATE)]
    with subprocess.Popen(
        [*command, "-key", str(CERTIFICATE), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        try:
            assert running.stdout
            line = next(line for line in running.stdout if line.startswith("ACCEPT "))
            yield f"https://localhost:{line.strip().rpartition(':')[2]}/v1"
        finally:
            running.kill()


# ── the base URL ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/responses",
        "/v1/messages",
        "/v1/models",
        "/v1/models/m",
        "/v1/embeddings",
        "/v1/Chat/Completions",
        "/v1/v1",
        "/chat/completions",
    ],
)
@pytest.mark.parametrize(
    "elsewhere",
    [
        None,
        PAGE,
        error_reply(404),
        error_reply(400, "unknown path"),
        error_reply(405, "Method Not Allowed"),
        error_reply(500, "no route"),
        json_reply({"status": "ok"}),
        Response(200),
    ],
    ids=["lm-studio", "page", "404", "400", "405", "500", "ok", "empty"],
)
async def test_another_base_url_is_tried_after_any_answer_that_is_no_list(
    tmp_path: Path, path: str, elsewhere: Response | None
) -> None:
    found = await check(at_v1(elsewhere), tmp_path, path)
    assert found["models"].level == "bad"
    assert found["models"].remedy.startswith('write base_url = "http://localhost:')
    assert found["models"].remedy.endswith('/v1"')


async def test_a_server_without_a_list_decides_by_its_reply(tmp_path: Path) -> None:
    def answer(seen: Seen) -> Response:
        if seen.path == "/v1/models":
            return json_reply({"error": "Unexpected endpoint"})
        return at_v1()(seen)

    found = await check(answer, tmp_path)
    assert found["models"].level == "warn"
    assert "HTTP 200, Unexpected endpoint" in found["models"].meaning
    assert found["reply"].level == found["stream"].level == "good"


@pytest.mark.parametrize(
    ("models", "level"),
    [(PAGE, "warn"), (error_reply(500), "bad"), (dataclasses.replace(PAGE, status=401), "warn")],
)
async def test_a_list_that_fails_says_nothing_of_replies(
    tmp_path: Path, models: Response, level: str
) -> None:
    found = await check(lambda seen: models if seen.method == "GET" else at_v1()(seen), tmp_path)
    assert (found["models"].level, found["reply"].level) == (level, "good")


async def test_an_endpoint_in_the_url_of_a_server_without_a_list(tmp_path: Path) -> None:
    def answer(seen: Seen) -> Response:
        return at_v1()(seen) if seen.path == "/v1/chat/completions" else error_reply(404)

    found = await check(answer, tmp_path, "/v1/chat/completions")
    assert found["models"].level == "warn"
    assert found["reply"].level == "bad"
    assert '/v1": the endpoint is appended' in found["reply"].remedy


# ── a proxy that wants a password ─────────────────────────────────────────────


@pytest.mark.parametrize("user", ["", "me:hunter2hunter2@"])
async def test_a_407_is_one_finding_for_http_and_https(tmp_path: Path, user: str) -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required"
    found = []
    for scheme in ("http", "https"):
        async with connect_proxy([], refuse=refusal) as proxy:
            own = proxy.replace("http://", f"http://{user}")
            url = f"{scheme}://relay.invalid/v1"
            found.append(await round_of(provider(url, proxy=own, models=("m",)), tmp_path))
    plain, tunnel = (one["models"] for one in found)
    port = ":PORT"
    assert (plain.level, plain.meaning) == (tunnel.level, tunnel.meaning) == ("bad", plain.meaning)
    assert "407" in plain.meaning
    assert "the proxy " in plain.meaning, port
    assert "providers.p.proxy" in plain.remedy
    assert "hunter2" not in str(found)
    assert found[0]["skipped"].meaning == found[1]["skipped"].meaning == "the replies of m"


async def test_a_proxy_that_lets_nothing_through(tmp_path: Path) -> None:
    async with connect_proxy([], refuse=b"HTTP/1.1 403 Forbidden") as proxy:
        found = await round_of(provider("https://relay.invalid/v1", proxy=proxy), tmp_path)
    assert "the proxy blocks this request" in found["models"].meaning
    assert "403 Forbidden" in found["models"].meaning
    assert "providers.p.proxy" in found["models"].remedy


# ── TLS ───────────────────────────────────────────────────────────────────────


def served_by(certificate: Path = CERTIFICATE) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_a_company_ca_that_strict_rules_refuse(tmp_path: Path) -> None:
    tls = served_by(LAX_CERTIFICATE)
    found = await check(at_v1(), tmp_path, tls=tls, ca_file=str(LAX_CA), tls_strict=True)
    assert found["tls"].level == "bad"
    assert "a rule that Python enforces from 3.13 on" in found["tls"].meaning
    assert "tls_strict = false" in found["tls"].remedy
    lenient = await check(at_v1(), tmp_path, tls=tls, ca_file=str(LAX_CA), tls_strict=False)
    assert lenient["tls"].level == lenient["stream"].level == "good"


async def test_a_company_ca_behind_a_proxy(tmp_path: Path) -> None:
    with ScriptedServer(at_v1(), tls=served_by(LAX_CERTIFICATE)) as server:
        async with connect_proxy([]) as proxy:
            url = server.base_url.replace("127.0.0.1", "localhost")
            one = provider(url, proxy=proxy, ca_file=str(LAX_CA), tls_strict=True)
            found = await round_of(one, tmp_path)
        assert not any(KEY in str(seen.headers) for seen in server.requests)
    assert "tls_strict = false" in found["tls"].remedy


@pytest.mark.parametrize("strict", [True, False])
async def test_a_certificate_that_no_rules_accept(tmp_path: Path, *, strict: bool) -> None:
    found = await check(at_v1(), tmp_path, tls=True, tls_strict=strict)
    assert "self-signed" in found["tls"].meaning
    assert "tls_strict" not in found["tls"].remedy


async def test_a_server_of_old_tls_alone(tmp_path: Path) -> None:
    context = served_by()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    found = await check(at_v1(), tmp_path, tls=context)
    assert found["tls"].level == "bad"
    assert "the server speaks TLSv1, which this host does not" in found["tls"].meaning
    assert "TLS 1.2" in found["tls"].remedy
    assert "http://" not in found["tls"].remedy


@contextlib.asynccontextmanager
async def raw_server(reply: bytes) -> AsyncIterator[str]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(reply)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


@pytest.mark.parametrize(
    "reply",
    [
        b"\x15\x03\x01\x00\x02\x02\x28",  # alert: handshake failure
        b"\x15\x03\x01\x00\x02\x02\x50",  # alert: internal error
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
    ids=["handshake_failure", "internal_error", "ssh", "hang-up"],
)
async def test_tls_words_that_are_not_known_are_quoted(tmp_path: Path, reply: bytes) -> None:
    async with raw_server(reply) as url:
        found = await round_of(provider(url), tmp_path)
    assert found["tls"].level == "bad"
    assert found["tls"].meaning.startswith("handshake failed: ")
    assert "http://" not in found["tls"].remedy


async def test_plain_http_is_named_where_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # This server waits for the end of a head that does not come.
    monkeypatch.setattr(connectivity, "STEP_TIMEOUT_S", 0.5)
    monkeypatch.setattr(port_trials, "TRIAL_TIMEOUT_S", 2.0)
    with ScriptedServer(at_v1()) as server:
        url = server.base_url.replace("http:", "https:")
        found = await round_of(provider(url), tmp_path)
    assert "speaks plain HTTP" in found["tls"].meaning
    assert found["tls"].remedy == "write http:// in base_url"


@needs_openssl
@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
async def test_a_server_that_says_that_it_speaks_old_tls(tmp_path: Path, version: str) -> None:
    with openssl_server(version, "-cipher", "ALL:@SECLEVEL=0") as url:
        found = await round_of(provider(url), tmp_path)
    assert "TLSv1" in found["tls"].meaning
    assert "TLS 1.2" in found["tls"].remedy


@needs_openssl
async def test_a_server_that_wants_a_certificate_of_the_client(tmp_path: Path) -> None:
    with openssl_server("-Verify", "1", "-verify_return_error", "-www", "-tls1_3") as url:
        found = await round_of(provider(url, ca_file=str(CERTIFICATE), models=("m",)), tmp_path)
    assert "requires a client certificate" in found["tls"].meaning
    assert found["skipped"].meaning == "the replies of m"


@contextlib.contextmanager
def tls_port(plain: bytes) -> Iterator[int]:
    """Serve TLS on a port that answers plain requests with some bytes, or by hanging up."""
    context = served_by()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if self.request.recv(1, socket.MSG_PEEK) == b"\x16":
                with (
                    contextlib.suppress(OSError),
                    context.wrap_socket(self.request, server_side=True) as tls,
                ):
                    tls.recv(1)
            elif plain:
                self.request.recv(4096)
                self.request.sendall(plain)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>to HTTPS port</html>",
        b"\x15\x03\x01\x00\x02\x02\x0a",
    ],
    ids=["hang-up", "go", "nginx", "alert"],
)
async def test_http_to_a_port_of_tls(tmp_path: Path, plain: bytes) -> None:
    with tls_port(plain) as port:
        found = await round_of(provider(f"http://127.0.0.1:{port}/v1", models=("m",)), tmp_path)
    assert found["models"].meaning == "the port speaks TLS"
    assert found["models"].remedy == "write https:// in base_url"
    assert found["skipped"].meaning == "the replies of m"


# ── HTTP/2 alone ──────────────────────────────────────────────────────────────


async def test_a_server_that_speaks_http2_alone(tmp_path: Path) -> None:
    async with http2_server([(0.0, DONE)]) as url:
        found = await round_of(provider(url, ca_file=str(CERTIFICATE), models=("m",)), tmp_path)
    assert "HTTP/2 only" in found["models"].meaning
    assert "http2 = true" in found["models"].remedy
    assert found["skipped"].meaning == "the replies of m"


@needs_openssl
async def test_a_server_that_refuses_every_protocol_but_http2(tmp_path: Path) -> None:
    with openssl_server("-alpn", "h2") as url:
        found = await round_of(provider(url, ca_file=str(CERTIFICATE), models=("m",)), tmp_path)
    bad = [finding for finding in found.values() if finding.level == "bad"]
    assert len(bad) == 1
    assert "HTTP/2 only" in bad[0].meaning
    assert "http2 = true" in bad[0].remedy


@pytest.mark.parametrize("status", [426, 505])
async def test_a_refusal_of_http1_by_its_status(tmp_path: Path, status: int) -> None:
    context = served_by()
    context.set_alpn_protocols(["h2"])
    refusal = Response(status, {"Upgrade": "h2"})
    found = await check(
        lambda _: refusal, tmp_path, tls=context, ca_file=str(CERTIFICATE), http2=False
    )
    assert "HTTP/2 only" in found["models"].meaning


async def test_http2_without_tls(tmp_path: Path) -> None:
    settings = b"\0\0\0\x04\0\0\0\0\0"
    async with raw_server(settings) as url:
        found = await round_of(provider(url.replace("https:", "http:")), tmp_path)
    assert "HTTP/2 only, and without TLS" in found["models"].meaning


async def test_a_server_that_hangs_up_speaks_no_other_http(tmp_path: Path) -> None:
    found = await check(lambda _: Response(raw=b""), tmp_path, tls=True, ca_file=str(CERTIFICATE))
    assert "HTTP/2" not in found["models"].meaning


# ── a gateway's own headers ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "document", "header"),
    [
        (400, {"status": "failure", "message": PORTKEY}, "x-portkey-provider"),
        (401, {"status": "failure", "message": "Missing x-portkey-api-key"}, "x-portkey-api-key"),
        (
            401,
            {
                "statusCode": 401,
                "message": "Access denied due to missing subscription key. Make sure to include "
                "subscription key when making requests to an API.",
            },
            "Ocp-Apim-Subscription-Key",
        ),
        (401, {"error": "Missing cf-aig-authorization header"}, "cf-aig-authorization"),
        (401, {"error": "Helicone-Auth header is required"}, "Helicone-Auth"),
        (403, {"detail": "missing header: 'X-Team-Id'"}, "X-Team-Id"),
        (400, {"error": {"message": "The Acme-Tenant header must be set"}}, "Acme-Tenant"),
    ],
)
async def test_a_gateway_that_wants_a_header_of_its_own(
    tmp_path: Path, status: int, document: dict[str, object], header: str
) -> None:
    def answer(seen: Seen) -> Response:
        if header.lower() in seen.headers:
            return at_v1()(seen)
        return json_reply(document, status)

    found = await check(answer, tmp_path)
    assert f'headers = {{ "{header}" = "' in found["models"].remedy
    assert "[providers.p]" in found["models"].remedy
    given = await check(answer, tmp_path, headers={header: "right"})
    assert given["models"].level == given["reply"].level == "good"


async def test_a_gateway_that_wants_it_for_replies_alone(tmp_path: Path) -> None:
    def answer(seen: Seen) -> Response:
        if seen.method == "GET":
            return models_reply(["m"])
        return json_reply({"status": "failure", "message": PORTKEY}, 400)

    found = await check(answer, tmp_path)
    assert 'headers = { "x-portkey-provider" = "…" }' in found["reply"].remedy
