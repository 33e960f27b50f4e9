import json

import pytest

from relaytop.config.settings import Provider, Secret, Target
from relaytop.wire.apis import api_named
from relaytop.wire.facts import Failure, Usage
from tests.wire.reading import JSON, class_of, read_models, reader

API = api_named("anthropic")
read = reader("anthropic")
TARGET = Target(provider="p", model="claude-haiku-4.5", prompt="ping", max_tokens=16)


def event(name: str, **fields: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **fields})}\n\n".encode()


START = event(
    "message_start",
    message={
        "type": "message",
        "content": [],
        "usage": {"input_tokens": 9, "cache_read_input_tokens": 100, "output_tokens": 1},
    },
)
BLOCK = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
PING = event("ping")
WORDS = {"type": "text", "text": "pong"}
WORD = event("content_block_delta", index=0, delta={"type": "text_delta", "text": "pong"})
STOP = event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 5})
END = event("message_stop")


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
        ("https://relay.example/anthropic", "https://relay.example/anthropic/v1/messages"),
        ("https://relay.example/v1", "https://relay.example/v1/messages"),
    ],
)
def test_a_request(base_url: str, url: str) -> None:
    provider = Provider(name="p", base_url=base_url, api="anthropic", key=Secret("sk-ant-1"))
    request = API.build(TARGET, provider, frozenset())
    headers = dict(request.headers)
    assert request.url == url
    assert headers["x-api-key"] == "sk-ant-1"
    assert headers["anthropic-version"] == "2023-06-01"
    assert "Authorization" not in headers
    assert json.loads(request.body) == {
        "model": "claude-haiku-4.5",
        "max_tokens": 16,
        "messages": [{"role": "user", "content": "ping"}],
        "stream": True,
    }


def test_a_stream() -> None:
    reply = read([START, BLOCK, PING, WORD, STOP, END])
    assert reply.failure is None
    assert reply.first_token_chunk == 3
    assert reply.usage == Usage(109, 5, cached_tokens=100, cache_write_tokens=0)


@pytest.mark.parametrize(
    "delta",
    [
        {"type": "thinking_delta", "thinking": "hm"},
        {"type": "input_json_delta", "partial_json": "{"},
    ],
)
def test_thought_and_tools_are_tokens_too(delta: dict[str, str]) -> None:
    spoken = event("content_block_delta", index=0, delta=delta)
    assert read([START, BLOCK, spoken, END]).first_token_chunk == 2


def test_a_stream_that_stops_in_the_middle_is_truncated() -> None:
    reply = read([START, BLOCK, WORD])
    assert class_of(reply) == "truncated"
    assert "message_stop" in (reply.failure or Failure("")).message


def test_an_error_in_the_stream_has_its_own_class() -> None:
    error = event("error", error={"type": "overloaded_error", "message": "Overloaded"})
    assert class_of(read([START, error])) == "overloaded"


def test_no_visible_word_is_a_good_reply_without_ttft() -> None:
    full = event("message_delta", delta={"stop_reason": "max_tokens"}, usage={"output_tokens": 16})
    reply = read([START, full, END])
    assert reply.failure is None
    assert reply.first_token_chunk is None


def test_a_whole_reply() -> None:
    document = {
        "type": "message",
        "content": [{"type": "text", "text": "pong"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 9, "cache_creation_input_tokens": 50, "output_tokens": 4},
    }
    reply = read([json.dumps(document).encode()], headers=JSON)
    assert reply.failure is None
    assert reply.usage == Usage(59, 4, cached_tokens=0, cache_write_tokens=50)


@pytest.mark.parametrize(
    ("status", "error", "error_class"),
    [
        (401, {"type": "authentication_error", "message": "invalid x-api-key"}, "auth"),
        (403, {"type": "permission_error", "message": "no"}, "permission"),
        (404, {"type": "not_found_error", "message": "model: x"}, "not_found"),
        (400, {"type": "invalid_request_error", "message": "max_tokens"}, "bad_request"),
        (413, {"type": "request_too_large", "message": "big"}, "bad_request"),
        (429, {"type": "rate_limit_error", "message": "slow"}, "rate_limited"),
        (500, {"type": "api_error", "message": "oops"}, "server_error"),
        (529, {"type": "overloaded_error", "message": "Overloaded"}, "overloaded"),
        (
            400,
            {
                "type": "invalid_request_error",
                "message": "Your credit balance is too low to access the Anthropic API.",
            },
            "credit",
        ),
        (
            400,
            {
                "type": "invalid_request_error",
                "message": "limit",
                "details": {"error_code": "workspace_spend_limit_reached"},
            },
            "credit",
        ),
    ],
)
def test_failures(status: int, error: dict[str, object], error_class: str) -> None:
    body = json.dumps({"type": "error", "error": error, "request_id": "req_1"}).encode()
    assert class_of(read([body], status=status, headers=JSON)) == error_class


@pytest.mark.parametrize("count", [-1, "9", 1.5, 1e30, float("nan")])
def test_an_absurd_count_is_unknown(count: object) -> None:
    document = {"type": "message", "content": [WORDS], "usage": {"input_tokens": count}}
    reply = read([json.dumps(document).encode()], headers=JSON)
    assert reply.failure is None
    assert reply.usage.input_tokens is None


def test_models() -> None:
    body = b'{"data": [{"type": "model", "id": "claude-b"}, {"id": "claude-a"}], "has_more": false}'
    assert read_models("anthropic", body) == ("claude-a", "claude-b")
    request = API.models_request(Provider(name="p", base_url="https://a.example"))
    assert request.url.startswith("https://a.example/v1/models")
