"""What one probe of each mode sends and finds, over a real connection."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from relaytop.config.settings import Price, Provider, Target
from relaytop.pricing.estimate import reserve_usd
from relaytop.probe.prober import Prober
from relaytop.probe.sample import Sample
from tests.probe.support import class_of
from tests.support.server import (
    Response,
    ScriptedServer,
    Seen,
    chat_stream,
    error_reply,
    json_reply,
)

PRICES = {"m": Price(1.0, 10.0), "free": Price(0.0, 0.0, request=0.002)}


async def probed(
    handler: Callable[[Seen], Response], targets: Sequence[Target]
) -> tuple[list[Sample], list[Seen]]:
    with ScriptedServer(handler) as server:
        prober = Prober(Provider(name="p", base_url=server.base_url, prices=PRICES))
        found = [await prober.probe(target, 0.0) for target in targets]
        await prober.aclose()
    return found, server.requests


def target(mode: str, **fields: Any) -> Target:
    return Target(**{"provider": "p", "model": "m", "mode": mode, **fields})


def vector(dimensions: int) -> Response:
    return json_reply(
        {
            "data": [{"index": 0, "embedding": [0.5] * dimensions}],
            "usage": {"prompt_tokens": 5, "total_tokens": 5},
        }
    )


async def test_an_embedding_has_a_latency_and_a_cost_and_no_ttft() -> None:
    (sample,), (request,) = await probed(lambda _: vector(3), [target("embeddings")])
    assert sample.ok
    assert request.path == "/v1/embeddings"
    assert request.json["input"].endswith("ping")
    assert sample.latency_ms is not None
    assert (sample.ttft_ms, sample.tok_s, sample.gap_ms) == (None, None, None)
    assert sample.cost_usd == pytest.approx(5e-6)


async def test_an_embedding_of_other_dimensions_than_before_is_a_failure_once() -> None:
    sizes = iter([3, 3, 4, 4])
    samples, _ = await probed(lambda _: vector(next(sizes)), [target("embeddings")] * 4)
    assert [class_of(sample) for sample in samples] == [None, None, "protocol", None]
    assert samples[2].failure
    assert samples[2].failure.message == "the embedding has 4 dimensions, until now 3"


async def test_the_dimensions_that_were_requested_must_come() -> None:
    wanted = target("embeddings", extra={"dimensions": 2})
    samples, requests = await probed(lambda _: vector(3), [wanted])
    assert requests[0].json["dimensions"] == 2
    assert class_of(samples[0]) == "protocol"


async def test_a_search_that_is_billed_as_such_has_its_price() -> None:
    scores = [{"index": 0, "relevance_score": 0.5}]
    wanted = target("rerank", model="free")
    (sample,), (request,) = await probed(lambda _: json_reply({"results": scores}), [wanted])
    assert request.path == "/v1/rerank"
    assert (sample.ok, sample.cost_usd) == (True, 0.002)


async def test_extra_goes_into_the_body_and_into_its_tables() -> None:
    extra = {"reasoning_effort": "low", "stream_options": {"include_obfuscation": False}}
    _, (request,) = await probed(lambda _: chat_stream(2), [target("chat", extra=extra)])
    assert request.json["reasoning_effort"] == "low"
    assert request.json["stream_options"] == {"include_usage": True, "include_obfuscation": False}
    assert request.json["model"] == "m"


async def test_options_of_a_stream_are_sent_with_streams_alone() -> None:
    extra = {"seed": 1, "stream_options": {"include_obfuscation": False}}
    targets = [target("chat", extra=extra, stream=False), target("embeddings", extra=extra)]
    _, requests = await probed(lambda _: vector(3), targets)
    assert [request.json.get("stream_options") for request in requests] == [None, None]
    assert [request.json["seed"] for request in requests] == [1, 1]


def test_the_budget_counts_what_a_mode_generates() -> None:
    price = Price(0.0, 1.0)
    whole, _ = reserve_usd(target("chat", max_tokens=10), price, 1.0)
    assert whole == pytest.approx(10e-6)
    assert reserve_usd(target("embeddings", max_tokens=10), price, 1.0)[0] == 0
    assert reserve_usd(target("rerank", max_tokens=10), price, 1.0)[0] == 0
    for extra in ({"n": 3}, {"generationConfig": {"candidateCount": 3}}):
        several, _ = reserve_usd(target("chat", max_tokens=10, extra=extra), price, 1.0)
        assert several == pytest.approx(3 * whole)


async def test_what_is_secret_in_extra_is_in_no_text_of_a_server() -> None:
    def quote(seen: Seen) -> Response:
        reply = error_reply(400, f"cannot read {seen.body.decode()}")
        return dataclasses.replace(
            reply, headers={**reply.headers, "x-request-id": "r-hunter2hunter"}
        )

    secrets = {"api_key": "hunter2hunter", "metadata": {"authToken": "correct-horse"}}
    extra = {**secrets, "user": "ops-team"}
    (found,), _ = await probed(quote, [target("embeddings", extra=extra)])
    assert found.failure is not None
    assert "ops-team" in found.failure.message
    for text in (found.failure.message, str(found.request_id)):
        assert "hunter2hunter" not in text
        assert "correct-horse" not in text
