import pytest

from relaytop.wire.facts import Usage
from tests.support.server import DONE, ROLE, STOP, delta, event
from tests.wire.reading import COUNTS, class_of, read

STREAMS: dict[str, tuple[list[bytes], int | None]] = {
    "openai": ([ROLE, delta(content="hi"), STOP, COUNTS, DONE], 1),
    "role with null": (
        [delta(role="assistant", content=None), delta(content="hi"), STOP, COUNTS],
        1,
    ),
    "litellm merges the role": (
        [
            delta(role="assistant", content="hi"),
            event({"choices": [{"delta": {}, "finish_reason": "stop"}]}),
            event(
                {"choices": [{"delta": {}}], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}
            ),
            DONE,
        ],
        0,
    ),
    "reasoning_content": ([ROLE, delta(reasoning_content="hm"), STOP, COUNTS, DONE], 1),
    "reasoning": ([ROLE, delta(reasoning="hm"), STOP, COUNTS, DONE], 1),
    "a tool": (
        [
            ROLE,
            delta(tool_calls=[{"index": 0, "id": "c", "type": "function", "function": {}}]),
            delta(tool_calls=[{"index": 0, "function": {"name": "find", "arguments": ""}}]),
            STOP,
            COUNTS,
            DONE,
        ],
        2,
    ),
    "comments": ([b": OPENROUTER PROCESSING\n\n", ROLE, delta(content="x"), STOP, COUNTS, DONE], 2),
    "control characters": ([ROLE, delta(content="\x00\x1b"), STOP, COUNTS, DONE], 1),
    "no content at 16 tokens": (
        [ROLE, event({"choices": [{"delta": {}, "finish_reason": "length"}]}), COUNTS, DONE],
        None,
    ),
    "only [DONE] ends it": ([delta(content="x"), COUNTS, DONE], 0),
    "only finish_reason ends it": ([delta(content="x"), STOP, COUNTS], 0),
    "no blank line at the end": ([ROLE, delta(content="x"), STOP, COUNTS, b"data: [DONE]"], 1),
    "empty data": ([b"data:\n\n", delta(content="x"), STOP, COUNTS, DONE], 1),
    "words that are no document": ([b"data: wait\n\n", delta(content="x"), STOP, COUNTS, DONE], 1),
    "more digits than anyone counts": (
        [delta(content="x"), b'data: {"id": %s}\n\n' % (b"9" * 5000), STOP, COUNTS, DONE],
        0,
    ),
}
HALF = b'data: {"choices": [{"delta": {"con\n\n'


@pytest.mark.parametrize(("chunks", "first"), STREAMS.values(), ids=STREAMS)
def test_a_good_stream(chunks: list[bytes], first: int | None) -> None:
    reply = read(chunks)
    assert reply.failure is None
    assert reply.first_token_chunk == first
    assert reply.usage == Usage(5, 2)


def test_the_chunk_that_completes_the_first_token_counts() -> None:
    data = ROLE + delta(content="hi") + STOP + DONE
    middle = data.index(b"hi")
    reply = read([data[:10], data[10:middle], data[middle : middle + 60], data[middle + 60 :]])
    assert reply.first_token_chunk == (2 if b"\n\n" in data[middle : middle + 60] else 3)


@pytest.mark.parametrize(
    ("chunks", "cleanly", "error_class"),
    [
        ([ROLE, delta(content="x")], True, "truncated"),
        ([ROLE, delta(content="x")], False, "truncated"),
        ([], False, "truncated"),
        ([], True, "protocol"),
        ([b": keep-alive\n\n"], True, "protocol"),
        ([ROLE, event({"error": {"message": "boom", "code": "500"}})], True, "server_error"),
        ([ROLE, event({"error": {"message": "slow", "code": 429}}), DONE], True, "rate_limited"),
        ([event({"error": {"message": "x", "type": "overloaded_error"}})], True, "overloaded"),
        ([ROLE, event({"error": {"message": "cut"}}), DONE], True, "truncated"),
        ([ROLE, event({"error": {"message": "x"}, "code": "500"})], True, "server_error"),
        ([ROLE, b"event: error\ndata: it broke\n\n"], True, "truncated"),
        ([b'{"error": {"code": "invalid_api_key"}}'], True, "auth"),
        ([ROLE, HALF, delta(content="x"), STOP, DONE], True, "protocol"),
        ([HALF, event({"error": {"message": "slow", "code": 429}})], True, "rate_limited"),
        ([ROLE, HALF.rstrip()], True, "truncated"),
        ([ROLE, HALF.rstrip()], False, "truncated"),
        ([b"data: " + b"x" * 300_000], True, "too_large"),
    ],
)
def test_a_bad_stream(chunks: list[bytes], *, cleanly: bool, error_class: str) -> None:
    assert class_of(read(chunks, cleanly=cleanly)) == error_class


@pytest.mark.parametrize(
    "kind", [None, b"text/plain", b"application/octet-stream", b"application/json", b"text/html"]
)
@pytest.mark.parametrize(
    "start",
    [
        b"",
        b": hello\n\n",
        b":keep-alive\n\n",
        b":\n\n",
        b"id: 1\n",
        b"id:1\n",
        b"event:message\n",
        b"retry: 3\n",
        b"\xef\xbb\xbf\r\n",
    ],
)
def test_a_stream_without_its_content_type_is_known_by_its_first_bytes(
    kind: bytes | None, start: bytes
) -> None:
    headers = [] if kind is None else [(b"content-type", kind)]
    reply = read([start, delta(content="x"), STOP, COUNTS, DONE], headers=headers)
    assert reply.failure is None
    assert reply.first_token_chunk == 1
    whole = start + delta(content="x") + STOP + DONE
    assert read([bytes([byte]) for byte in whole], headers=headers).failure is None


@pytest.mark.parametrize("body", [b"<!doctype html><p>welcome", b"<html>"])
def test_a_page_that_says_it_is_a_stream_is_the_gateways(body: bytes) -> None:
    assert class_of(read([body])) == "gateway"


def test_the_first_error_of_a_stream_counts_with_its_wait_and_limits() -> None:
    quoted = {"X-RateLimit-Limit": "20", "X-RateLimit-Reset": "30000000000000"}
    first = event({"error": {"code": 429, "metadata": {"headers": quoted}}})
    reply = read([ROLE, first, event({"error": {"code": 500}})])
    assert class_of(reply) == "rate_limited"
    assert reply.rate_limit is not None
    waiting = event({"error": {"code": 429, "retry_after": 7}})
    assert read([waiting]).retry_after_s == 7.0
