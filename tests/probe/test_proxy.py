"""Probes through a proxy: a tunnel, with TLS to the proxy or without, and refusals."""

import pytest

from relaytop.config.settings import Provider, Target
from relaytop.probe.prober import Prober
from relaytop.probe.sample import Sample
from tests.support.proxy import connect_proxy
from tests.support.server import CERTIFICATE, Response, ScriptedServer, chat_reply, chat_stream

TARGET = Target(provider="p", model="m", timeout_s=3.0)


async def through(proxy: str, base_url: str, count: int = 1) -> list[Sample]:
    prober = Prober(Provider(name="p", base_url=base_url, proxy=proxy, ca_file=str(CERTIFICATE)))
    samples = [await prober.probe(TARGET, 0.0) for _ in range(count)]
    await prober.aclose()
    return samples


async def test_a_plain_request_names_the_whole_url() -> None:
    with ScriptedServer(lambda _: chat_reply()) as server:
        (sample,) = await through(server.base_url.removesuffix("/v1"), "http://relay.invalid/v1")
    assert sample.ok, sample.failure
    assert server.requests[0].path == "http://relay.invalid/v1/chat/completions"


@pytest.mark.parametrize("tls", [False, True])
async def test_a_tunnel_is_timed_apart_from_the_request(*, tls: bool) -> None:
    asked: list[bytes] = []
    with ScriptedServer(lambda _: chat_stream(2, first_s=0.05), tls=True) as server:
        async with connect_proxy(asked, tls=tls) as proxy:
            # The certificate is for this name only.
            urls = [url.replace("127.0.0.1", "localhost") for url in (proxy, server.base_url)]
            fresh, reused = await through(urls[0], urls[1], 2)
    assert fresh.ok, fresh.failure
    assert reused.ok, reused.failure
    assert len(asked) == 1
    assert fresh.phases.tls_ms is not None
    assert reused.phases.tls_ms is None
    for sample in (fresh, reused):
        assert sample.ttft_ms
        assert sample.ttft_ms >= 50


async def test_the_proxys_password_is_sent_and_its_refusal_told() -> None:
    asked: list[bytes] = []
    async with connect_proxy(asked, refuse=b"HTTP/1.1 407 Proxy Authentication Required") as proxy:
        with_password = proxy.replace("http://", "http://me:hunter2hunter2@")
        (sample,) = await through(with_password, "https://relay.invalid/v1")
    assert b"proxy-authorization: basic" in asked[0].lower()
    assert sample.failure
    assert sample.failure.error_class == "connect"
    assert "407" in sample.failure.message
    assert "hunter2" not in repr(sample)
    assert sample.latency_ms is None


@pytest.mark.parametrize("words", ["authenticationrequired", "", "Proxy Authentication Required"])
async def test_a_proxy_that_wants_a_password_is_one_failure_of_http_and_https(words: str) -> None:
    refusal = f"HTTP/1.1 407 {words}".encode()
    async with connect_proxy([], refuse=refusal) as proxy:
        (tunnel,) = await through(proxy, "https://relay.invalid/v1")
    page = Response(407, {"Content-Type": "text/html"}, [(0.0, b"<html>407</html>")])
    with ScriptedServer(lambda _: page) as server:
        (plain,) = await through(server.base_url.removesuffix("/v1"), "http://relay.invalid/v1")
    assert tunnel.failure == plain.failure
    assert tunnel.http_status == plain.http_status == 407
    assert plain.failure
    assert plain.failure.error_class == "connect"
    assert (tunnel.billed_usd, plain.billed_usd) == (0.0, 0.0)


@pytest.mark.parametrize("proxy", ["socks5://u:hunter2@h:1080", "http://[", "ftp://h"])
async def test_a_proxy_that_is_none(proxy: str) -> None:
    (sample,) = await through(proxy, "https://relay.invalid/v1")
    assert sample.failure
    assert sample.failure.error_class == "connect"
    assert "http://host:port" in sample.failure.message
    assert "hunter2" not in repr(sample)
