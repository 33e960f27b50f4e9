"""Embeddings: what a good vector is, at OpenAI, Azure and Gemini."""

import base64
import json
import struct

import pytest

from relaytop.config.settings import Provider, Secret, Target
from relaytop.wire.apis import api_named
from relaytop.wire.embeddings import dimension_failure
from relaytop.wire.facts import Usage
from tests.wire.reading import JSON, class_of, reader

AZURE = "https://r.openai.azure.com"
PROVIDER = Provider(name="p", base_url="http://127.0.0.1/v1", key=Secret("sk-1"))
TARGET = Target(provider="p", model="text-embedding-3-small", mode="embeddings", unique=False)
read = reader("openai", "sk-123", mode="embeddings")


def body(embedding: object, **fields: object) -> bytes:
    data = [{"object": "embedding", "index": 0, "embedding": embedding}]
    return json.dumps({"object": "list", "data": data, "model": "m", **fields}).encode()


@pytest.mark.parametrize(
    ("api", "base_url", "url"),
    [
        ("openai", "http://127.0.0.1/v1", "http://127.0.0.1/v1/embeddings"),
        (
            "azure",
            AZURE,
            f"{AZURE}/openai/deployments/text-embedding-3-small/embeddings?api-version=2024-10-21",
        ),
        (
            "gemini",
            "https://g.example",
            "https://g.example/v1beta/models/text-embedding-3-small:embedContent",
        ),
    ],
)
def test_the_request(api: str, base_url: str, url: str) -> None:
    provider = Provider(name="p", base_url=base_url, api=api)
    request = api_named(api, "embeddings").build(TARGET, provider, frozenset())
    assert request.url == url
    assert ("Accept", "application/json") in request.headers
    text = {"content": {"parts": [{"text": "ping"}]}}
    expected = text if api == "gemini" else {"model": "text-embedding-3-small", "input": "ping"}
    assert json.loads(request.body) == expected


def test_a_good_reply() -> None:
    reply = read(
        [body([0.1, -0.2, 0], usage={"prompt_tokens": 5, "total_tokens": 5})], headers=JSON
    )
    assert reply.failure is None
    assert reply.dimensions == 3
    assert reply.first_token_chunk is None
    assert reply.usage == Usage(input_tokens=5, output_tokens=0)


def test_a_total_alone_is_of_the_input() -> None:
    reply = read([body([1.0], usage={"total_tokens": 7})], headers=JSON)
    assert reply.usage == Usage(input_tokens=7, output_tokens=0)


def test_a_vector_in_base_64() -> None:
    text = base64.b64encode(struct.pack("<3f", 0.5, 1.5, -2.0)).decode()
    assert read([body(text)], headers=JSON).dimensions == 3


@pytest.mark.parametrize(
    ("embedding", "words"),
    [
        ([], "not a list of numbers"),
        (None, "not a list of numbers"),
        ("A short answer.", "not a list of numbers"),
        ([0.0, 0.0], "all zeros"),
        ([0.1, None], "not finite numbers"),
        ([0.1, "0.2"], "not finite numbers"),
        ([0.1, True], "not finite numbers"),
        ([0.1, float("nan")], "not finite numbers"),
        ([0.1, float("inf")], "not finite numbers"),
        ([[0.1, 0.2]], "not finite numbers"),
        ([0.1] * 65_537, "not a list of numbers"),
    ],
)
def test_a_bad_vector(embedding: object, words: str) -> None:
    reply = read([body(embedding)], headers=JSON)
    assert class_of(reply) == "protocol"
    assert reply.failure is not None
    assert words in reply.failure.message


def test_vectors_of_one_reply_have_the_same_dimensions() -> None:
    data = [{"embedding": [1.0, 2.0]}, {"embedding": [1.0]}]
    assert class_of(read([json.dumps({"data": data}).encode()], headers=JSON)) == "protocol"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"object": "list", "data": []}, "protocol"),
        ({"choices": [{"message": {"content": "pong"}}]}, "protocol"),
        ({"error": {"message": "no such model", "code": "model_not_found"}}, "not_found"),
        ({"data": [], "error": {"type": "overloaded_error", "message": "later"}}, "overloaded"),
    ],
)
def test_what_is_no_embedding(document: object, expected: str) -> None:
    assert class_of(read([json.dumps(document).encode()], headers=JSON)) == expected


def test_geminis_vector() -> None:
    gemini = reader("gemini", mode="embeddings")
    reply = gemini([b'{"embedding": {"values": [0.1, 0.2]}}'], headers=JSON)
    assert (reply.failure, reply.dimensions) == (None, 2)
    assert class_of(gemini([b'{"embedding": {"values": []}}'], headers=JSON)) == "protocol"


@pytest.mark.parametrize(
    ("found", "wanted", "before", "expected"),
    [
        (1536, None, None, None),
        (1536, None, 1536, None),
        (768, None, 1536, "protocol"),
        (1536, 256, None, "protocol"),
        (256, 256, 256, None),
        (None, 256, 256, None),
    ],
)
def test_dimensions_that_change_are_a_failure(
    found: int | None, wanted: int | None, before: int | None, expected: str | None
) -> None:
    failure = dimension_failure(found, wanted, before)
    assert (failure.error_class if failure else None) == expected
