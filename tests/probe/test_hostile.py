"""A relay is not trusted: what it sends is bounded, forgotten, and never raises."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relaytop.config.settings import Price, Provider, Target
from relaytop.probe.prober import Prober
from relaytop.probe.sample import Sample
from relaytop.wire.facts import Failure, ModelList
from tests.probe.support import class_of, one
from tests.support.server import (
    Response,
    ScriptedServer,
    chat_reply,
    chat_stream,
    delta,
    models_reply,
    stream_of,
    usage,
)


async def test_a_large_reply_in_the_first_read_is_no_large_header() -> None:
    ids = [f"vendor/model-{i:05}" for i in range(8000)]
    with ScriptedServer(lambda _: models_reply(ids)) as server:
        found = await Prober(Provider(name="p", base_url=server.base_url)).list_models()
    assert found == ModelList(tuple(ids))


async def test_no_cookie_is_kept() -> None:
    with ScriptedServer(lambda _: chat_stream(head={"Set-Cookie": "a=b"})) as server:
        prober = Prober(Provider(name="p", base_url=server.base_url))
        for _ in range(2):
            assert (await prober.probe(Target(provider="p", model="m"), 0.0)).ok
        await prober.aclose()
    assert "cookie" not in server.requests[1].headers


async def test_a_reply_of_endless_small_chunks_ends_soon() -> None:
    crumbs = b"".join(b"1\r\n:\r\n" for _ in range(40_000))
    head = b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert class_of(await one(Response(raw=head + crumbs), timeout_s=10.0)) == "too_large"


async def test_early_hints_are_passed_over_and_endless_ones_refused() -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    body = b'{"choices": [{"message": {"content": "x"}}]}'
    reply = b"HTTP/1.1 200 X\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    assert (await one(Response(raw=hint + reply))).ok
    assert class_of(await one(Response(raw=hint * 5000 + reply))) == "too_large"


async def test_a_header_that_is_none_is_our_fault_and_not_shown() -> None:
    with ScriptedServer(lambda _: chat_reply()) as server:
        provider = Provider(name="p", base_url=server.base_url, headers={"X-Key": "secret\nvalue"})
        prober = Prober(provider)
        sample = await prober.probe(Target(provider="p", model="m"), 0.0)
        await prober.aclose()
    assert class_of(sample) == "protocol"
    assert "secret" not in repr(sample)


async def test_a_ca_file_without_certificates_is_a_failure_of_each_probe() -> None:
    for path in ("/no/such/file.pem", __file__):
        prober = Prober(Provider(name="p", base_url="https://localhost:9/v1", ca_file=path))
        sample = await prober.probe(Target(provider="p", model="m"), 0.0)
        assert class_of(sample) == "tls"
        assert sample.failure
        assert path in sample.failure.message
        assert isinstance(await prober.list_models(), Failure)


async def test_a_reply_that_is_cut_after_its_usage_has_its_cost() -> None:
    parts = [(0.0, delta(content="x")), (0.0, usage(prompt_tokens=5, completion_tokens=1))]
    sample = await one(stream_of(parts, cut=True), prices={"m": Price(10.0, 100.0)})
    assert class_of(sample) == "truncated"
    assert sample.cost_usd == pytest.approx(150e-6)


FRAGMENTS = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/2 200\r\n",
    b"Content-Length: 7\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Content-Type: text/event-stream\r\n",
    b"Retry-After: -1\r\n",
    b"\r\n",
    b"5\r\n",
    b"0\r\n\r\n",
    b"data: ",
    b'{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}',
    b'{"error":{"code":7,"message":["x"]}}',
    b"[" * 5000,
    b"\n\n",
    b"\xff\xfe",
]


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _seen: Response(raw=b"")) as running:
        yield running


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(FRAGMENTS)).map(b"".join)))
def test_no_answer_makes_it_raise(server: ScriptedServer, answer: bytes) -> None:
    async def ask() -> Sample:
        prober = Prober(Provider(name="p", base_url=server.base_url))
        server.handler = lambda _seen: Response(raw=answer)
        try:
            return await prober.probe(Target(provider="p", model="m", timeout_s=2.0), 0.0)
        finally:
            await prober.aclose()

    sample = asyncio.run(ask())
    assert "relaytop could not read" not in repr(sample.failure)
