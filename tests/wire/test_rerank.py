"""Reranking: Cohere's and Jina's replies, and others that are alike."""

import json

import pytest

from relaytop.config.settings import Provider, Secret, Target
from relaytop.wire.apis import api_named
from relaytop.wire.facts import Usage
from tests.wire.reading import JSON, class_of, reader

PROVIDER = Provider(name="p", base_url="http://127.0.0.1/v2", key=Secret("sk-1"))
TARGET = Target(provider="p", model="rerank-v3.5", mode="rerank", unique=False)
read = reader("openai", "sk-123", mode="rerank")
TWO = [{"index": 1, "relevance_score": 0.93}, {"index": 0, "relevance_score": -4.5}]
REPLIES: dict[str, tuple[dict[str, object], Usage]] = {
    "cohere": (
        {"id": "x", "results": TWO, "meta": {"billed_units": {"search_units": 1}}},
        Usage(),
    ),
    "jina": (
        {"model": "m", "object": "list", "usage": {"total_tokens": 24}, "results": TWO},
        Usage(24, 0),
    ),
    "litellm": (
        {"id": "x", "results": TWO, "meta": {"billed_units": {"total_tokens": 24}, "tokens": {}}},
        Usage(24, 0),
    ),
    "siliconflow": (
        {"results": TWO, "meta": {"tokens": {"input_tokens": 21, "output_tokens": 0}}},
        Usage(21, 0),
    ),
    "voyage": ({"object": "list", "data": TWO, "usage": {"total_tokens": 26}}, Usage(26, 0)),
    "one of them (top_n)": ({"results": TWO[:1]}, Usage()),
}


def test_the_request() -> None:
    request = api_named("openai", "rerank").build(TARGET, PROVIDER, frozenset())
    assert request.url == "http://127.0.0.1/v2/rerank"
    body = json.loads(request.body)
    assert set(body) == {"model", "query", "documents"}
    assert body["query"] == "ping"
    assert len(body["documents"]) == 2


@pytest.mark.parametrize(("document", "usage"), REPLIES.values(), ids=REPLIES)
def test_a_good_reply(document: dict[str, object], usage: Usage) -> None:
    reply = read([json.dumps(document).encode()], headers=JSON)
    assert reply.failure is None
    assert reply.usage == usage
    assert reply.first_token_chunk is None


@pytest.mark.parametrize(
    "results",
    [
        [],
        [{"index": 2, "relevance_score": 0.1}],
        [{"index": -1, "relevance_score": 0.1}],
        [{"index": True, "relevance_score": 0.1}],
        [{"index": 0, "relevance_score": 0.1}, {"index": 0, "relevance_score": 0.1}],
        [{"index": 0, "relevance_score": "0.1"}],
        [{"index": 0, "relevance_score": float("nan")}],
        [{"index": 0}],
        ["0.9"],
    ],
)
def test_a_bad_reply(results: object) -> None:
    body = json.dumps({"results": results}).encode()
    assert class_of(read([body], headers=JSON)) == "protocol"


def test_an_error_is_told_as_such() -> None:
    body = b'{"message": "model \'x\' not found, make sure the correct model ID was used"}'
    assert class_of(read([body], status=404, headers=JSON)) == "not_found"
