"""The Responses API's requests and replies, as OpenAI, LiteLLM and llmock send them."""

import json

import pytest

from relaytop.config.settings import Provider, Secret, Target
from relaytop.wire.apis import api_named
from relaytop.wire.facts import Usage
from tests.support.server import DONE, event
from tests.wire.reading import JSON, class_of, reader

API = api_named("openai", "responses")
PROVIDER = Provider(name="p", base_url="http://127.0.0.1/v1", key=Secret("sk-1"))
TARGET = Target(provider="p", model="gpt-5", mode="responses", unique=False)
read = reader("openai", "sk-123", mode="responses")
COUNTS = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 11,
    "output_tokens_details": {"reasoning_tokens": 3},
    "total_tokens": 20,
}


def typed(kind: str, **fields: object) -> bytes:
    document = json.dumps({"type": kind, "sequence_number": 1, **fields}).encode()
    return b"event: " + kind.encode() + b"\ndata: " + document + b"\n\n"


def response(status: str = "completed", **fields: object) -> dict[str, object]:
    whole = {"id": "resp_1", "object": "response", "status": status, "model": "gpt-5-2025-08-07"}
    return {**whole, "error": None, "incomplete_details": None, "output": [], **fields}


def message(text: str) -> dict[str, object]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}


CREATED = typed("response.created", response=response("in_progress", usage=None))
ITEM = typed("response.output_item.added", item={"type": "message", "id": "msg_1", "content": []})
PART = typed("response.content_part.added", part={"type": "output_text", "text": ""})
DELTA = typed("response.output_text.delta", item_id="msg_1", delta="pong")
COMPLETED = typed("response.completed", response=response(output=[message("pong")], usage=COUNTS))


def test_the_request_asks_the_server_to_keep_nothing() -> None:
    request = API.build(TARGET, PROVIDER, frozenset())
    assert request.url == "http://127.0.0.1/v1/responses"
    assert json.loads(request.body) == {
        "model": "gpt-5",
        "input": [{"role": "user", "content": "ping"}],
        "max_output_tokens": 16,
        "stream": True,
        "store": False,
    }


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"message": "Unknown parameter: 'store'.", "param": "store"}, "no_store"),
        (
            {
                "message": "Invalid 'max_output_tokens': integer below minimum value. Expected a "
                "value >= 16, but got 1 instead.",
                "param": "max_output_tokens",
            },
            "min_tokens=16",
        ),
    ],
)
def test_a_refusal_is_learned_from(message: dict[str, str], expected: str) -> None:
    reply = read([json.dumps({"error": message}).encode()], status=400, headers=JSON)
    assert reply.adaptation == expected
    body = json.loads(API.build(TARGET, PROVIDER, frozenset({expected})).body)
    assert ("store" in body) == (expected != "no_store")


REASONING = typed("response.reasoning_summary_text.delta", delta="hm")
THOUGHT = typed("response.output_item.added", item={"type": "reasoning", "id": "rs_1"})
CALL = typed("response.function_call_arguments.delta", item_id="fc_1", delta='{"')
REFUSAL = typed("response.refusal.delta", delta="no")
STREAMS: dict[str, tuple[list[bytes], int | None]] = {
    "text": ([CREATED, ITEM, PART, DELTA, COMPLETED], 3),
    "reasoning first": ([CREATED, REASONING, DELTA, COMPLETED], 1),
    "a call's arguments": ([CREATED, ITEM, CALL, COMPLETED], 2),
    "a refusal in words": ([CREATED, REFUSAL, COMPLETED], 1),
    "an item is no token": (
        [CREATED, THOUGHT, DELTA, COMPLETED],
        2,
    ),
    "litellm ends with [DONE] as well": ([CREATED, DELTA, COMPLETED, DONE], 1),
    "no names of events": (
        [
            event({"type": "response.output_text.delta", "delta": "pong"}),
            event({"type": "response.completed", "response": response(usage=COUNTS)}),
        ],
        0,
    ),
    "no deltas, the text whole": (
        [CREATED, typed("response.output_text.done", text="pong"), COMPLETED],
        1,
    ),
    "no deltas, an item whole": (
        [CREATED, typed("response.output_item.done", item=message("pong")), COMPLETED],
        1,
    ),
    "nothing but the end": ([CREATED, COMPLETED], 1),
    "encrypted reasoning up to the bound": (
        [
            CREATED,
            typed(
                "response.incomplete",
                response=response(
                    "incomplete",
                    incomplete_details={"reason": "max_output_tokens"},
                    output=[{"type": "reasoning", "id": "rs_1", "encrypted_content": "gAAAA"}],
                    usage=COUNTS,
                ),
            ),
        ],
        None,
    ),
}


@pytest.mark.parametrize(("chunks", "first"), STREAMS.values(), ids=STREAMS)
def test_a_good_stream(chunks: list[bytes], first: int | None) -> None:
    reply = read(chunks)
    assert reply.failure is None
    assert reply.first_token_chunk == first
    assert reply.usage == Usage(9, 11, 4, 3)


def test_text_and_model_of_a_stream() -> None:
    reply = read(STREAMS["text"][0])
    assert reply.text == "pong"
    assert reply.served.model == "gpt-5-2025-08-07"
    for name in ("no deltas, the text whole", "no deltas, an item whole", "nothing but the end"):
        assert read(STREAMS[name][0]).text == "pong", name


FAILURES: dict[str, tuple[list[bytes], str]] = {
    "response.failed": (
        [
            CREATED,
            DELTA,
            typed(
                "response.failed",
                response=response(
                    "failed", error={"code": "rate_limit_exceeded", "message": "slow down"}
                ),
            ),
        ],
        "rate_limited",
    ),
    "response.failed without a reason": (
        [CREATED, typed("response.failed", response=response("failed"))],
        "truncated",
    ),
    "an error event": (
        [CREATED, typed("error", code="insufficient_quota", message="no credit", param=None)],
        "credit",
    ),
    "an error event as other APIs write it": (
        [CREATED, typed("error", error={"type": "server_error", "message": "oops"})],
        "server_error",
    ),
    "litellm's, in the middle": (
        [CREATED, event({"error": {"message": "Error processing stream", "code": "500"}}), DONE],
        "server_error",
    ),
    "cut off": ([CREATED, DELTA], "truncated"),
    "cut off upstream, and ended by the relay": ([CREATED, DELTA, DONE], "truncated"),
    "ended by the relay before it began": ([CREATED, DONE], "truncated"),
    "a filter": (
        [
            CREATED,
            DELTA,
            typed(
                "response.incomplete",
                response=response(
                    "incomplete", incomplete_details={"reason": "content_filter"}, usage=COUNTS
                ),
            ),
        ],
        "bad_request",
    ),
    "nothing was generated": (
        [CREATED, typed("response.completed", response=response())],
        "protocol",
    ),
    "chat's chunks": ([event({"choices": [{"delta": {"content": "x"}}]})], "truncated"),
}


@pytest.mark.parametrize(("chunks", "expected"), FAILURES.values(), ids=FAILURES)
def test_a_bad_stream(chunks: list[bytes], expected: str) -> None:
    assert class_of(read(chunks)) == expected


DOCUMENTS: dict[str, tuple[dict[str, object], str | None]] = {
    "good": (response(output=[message("pong")], usage=COUNTS), None),
    "a call": (
        response(
            output=[{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}]
        ),
        None,
    ),
    "up to the bound, nothing to see": (
        response("incomplete", incomplete_details={"reason": "max_output_tokens"}),
        None,
    ),
    "a filter": (
        response("incomplete", incomplete_details={"reason": "content_filter"}),
        "bad_request",
    ),
    "failed": (
        response("failed", error={"code": "server_error", "message": "oops"}),
        "server_error",
    ),
    "empty": (response(), "protocol"),
    "not at its end": (response("in_progress", output=[message("po")]), "truncated"),
    "not at its beginning": (response("queued"), "truncated"),
    "a chat completion": ({"choices": [{"message": {"content": "pong"}}]}, "protocol"),
}


@pytest.mark.parametrize(("document", "expected"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_reply_in_one_document(document: dict[str, object], expected: str | None) -> None:
    reply = read([json.dumps(document).encode()], headers=JSON)
    assert class_of(reply) == expected
    assert reply.first_token_chunk is None


def test_azure_names_the_deployment_in_the_body() -> None:
    provider = Provider(name="p", base_url="https://r.openai.azure.com", api="azure")
    request = api_named("azure", "responses").build(TARGET, provider, frozenset())
    assert request.url.startswith("https://r.openai.azure.com/openai/responses?api-version=")
    assert json.loads(request.body)["model"] == "gpt-5"
