import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Provider, Secret, Target
from relaytop.wire.facts import ERROR_CLASSES, Failure
from tests.support.server import DONE, ROLE, STOP
from tests.wire.reading import API, COUNTS, JSON, SSE, class_of, read, read_models

PROVIDER = Provider(
    name="p", base_url="http://x/v1", key=Secret("sk-123"), headers={"X-Team": "ops"}
)
TARGET = Target(provider="p", model="org/m")


def test_a_request() -> None:
    request = API.build(TARGET, PROVIDER, frozenset())
    assert (request.method, request.url) == ("POST", "http://x/v1/chat/completions")
    headers = dict(request.headers)
    assert headers["Authorization"] == "Bearer sk-123"
    assert headers["X-Team"] == "ops"
    assert json.loads(request.body) == {
        "model": "org/m",
        "messages": [{"role": "user", "content": "ping"}],
        "max_tokens": 16,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_what_was_learned_changes_the_request() -> None:
    adaptations = frozenset({"max_completion_tokens", "no_stream_options"})
    body = json.loads(API.build(TARGET, PROVIDER, adaptations).body)
    assert body["max_completion_tokens"] == 16
    assert "max_tokens" not in body
    assert "stream_options" not in body


def test_a_header_of_the_users_own_replaces_ours() -> None:
    provider = replace(PROVIDER, headers={"authorization": "Basic xyz", "USER-AGENT": "me"})
    headers = API.build(TARGET, provider, frozenset()).headers
    names = [name.lower() for name, _ in headers]
    assert len(set(names)) == len(names)
    assert ("authorization", "Basic xyz") in headers
    assert ("USER-AGENT", "me") in headers


@given(st.text(), st.text())
def test_any_text_can_be_asked(model: str, prompt: str) -> None:
    body = API.build(replace(TARGET, model=model, prompt=prompt), PROVIDER, frozenset()).body
    assert json.loads(body)["model"] == model
    API.build(replace(TARGET, model="\udcff"), PROVIDER, frozenset())


def test_asking_for_the_models() -> None:
    request = API.models_request(PROVIDER)
    assert (request.method, request.url, request.body) == ("GET", "http://x/v1/models", b"")
    assert dict(request.headers)["Authorization"] == "Bearer sk-123"


def test_without_a_key_none_is_sent() -> None:
    bare = Provider(name="p", base_url="http://x/v1")
    assert "Authorization" not in dict(API.build(TARGET, bare, frozenset()).headers)


@pytest.mark.parametrize(
    ("message", "adaptation"),
    [
        (
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'",
            "max_completion_tokens",
        ),
        ("Unknown field stream_options", "no_stream_options"),
        ("something else", None),
    ],
)
def test_a_400_teaches(message: str, adaptation: str | None) -> None:
    body = json.dumps({"error": {"message": message}}).encode()
    reply = read([body], status=400, headers=JSON)
    assert class_of(reply) == "bad_request"
    assert reply.adaptation == adaptation


def test_a_whole_reply_to_a_streaming_request_is_good_without_ttft() -> None:
    body = b'{"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": 1}}'
    reply = read([body[:20], body[20:]], headers=JSON)
    assert reply.failure is None
    assert reply.first_token_chunk is None
    assert reply.usage.input_tokens == 1


@pytest.mark.parametrize(
    ("body", "error_class"),
    [
        (b"", "protocol"),
        (b"  ", "protocol"),
        (b"hello", "protocol"),
        (b"<!doctype html><html>", "gateway"),
        (b'{"choices": null}', "protocol"),
        (b'{"choices": []}', "protocol"),
        (b"[]", "protocol"),
        (b"7", "protocol"),
        (b'{"choices": [null, 7]}', "protocol"),
        (b'[{"error": {"code": 401, "message": "x"}}]', "auth"),
        (b'{"error": {"message": "x", "type": "one_api_error"}}', "auth"),
        (b'{"error": {"message": "x"}}', "protocol"),
        (b"\xff\xfe\x00", "protocol"),
        (b"[" * 100_000, "protocol"),
    ],
)
def test_a_200_that_is_no_reply(body: bytes, error_class: str) -> None:
    assert class_of(read([body], headers=JSON)) == error_class


@pytest.mark.parametrize(
    "raw", [b"\x0b", b"\x01", b"\x1b[31m", b"\t", b"\xff", b"\xc3", b"\xed\xa0\x80"]
)
def test_raw_control_characters_and_broken_utf8_are_good_whole_and_streamed(raw: bytes) -> None:
    whole = b'{"choices": [{"message": {"content": "a%sb"}}]}' % raw
    part = b'data: {"choices": [{"delta": {"content": "a%sb"}}]}\n\n' % raw
    found = [read([whole], headers=JSON), read([part, STOP, DONE])]
    for reply in found:
        assert reply.failure is None
        assert reply.text.startswith("a")
        assert reply.text.endswith("b")
        reply.text.encode()
    assert found[0].text == found[1].text


def test_a_whole_reply_may_begin_with_a_byte_order_mark() -> None:
    body = b'\xef\xbb\xbf{"choices": [{"message": {"content": "x"}}]}'
    assert read([body], headers=JSON).text == "x"


def test_an_error_with_raw_control_characters_keeps_its_code() -> None:
    body = b'{"error": {"message": "a\x0b\xffb", "code": "model_not_found"}}'
    assert class_of(read([body], status=400, headers=JSON)) == "not_found"


def test_a_page_is_known_by_its_content_type_too() -> None:
    page = [(b"Content-Type", b"text/html; charset=utf-8")]
    assert class_of(read([b"<!-- x --><p>hi"], headers=page)) == "gateway"


@pytest.mark.parametrize(
    ("headers", "cleanly"), [(JSON, True), (SSE, True), (SSE, False), (JSON, False)]
)
def test_a_reply_nested_to_the_recursion_limit_is_survived(
    headers: list[tuple[bytes, bytes]], *, cleanly: bool
) -> None:
    for depth in range(900, 1100, 5):
        nested = b"[" * depth + b"]" * depth
        for body in (nested, b'data: {"error":' + nested + b"}\n\n", b'{"error":' + nested + b"}"):
            assert class_of(read([body], headers=headers, cleanly=cleanly)) is not None


def test_the_model_list() -> None:
    body = json.dumps(
        {"data": [{"id": "b"}, {"id": "a\x1b[31m"}, {"id": "b"}, 7, {"id": None}, {"name": "x"}]}
    ).encode()
    assert read_models("openai", body) == ("a", "b")
    many = json.dumps({"data": [{"id": f"m{i}"} for i in range(100_000)]}).encode()
    listed = read_models("openai", many)
    assert not isinstance(listed, Failure)
    assert len(listed) == 10_000
    bad = b'{"error": {"code": "invalid_api_key"}}'
    for status, body, error_class in (
        (401, b"", "auth"),
        (200, b"{}", "protocol"),
        (200, b"7", "protocol"),
        (200, bad, "auth"),
    ):
        found = read_models("openai", body, status=status)
        assert isinstance(found, Failure)
        assert found.error_class == error_class


@given(
    chunks=st.lists(
        st.binary(max_size=120) | st.sampled_from([ROLE, STOP, DONE, COUNTS]), max_size=8
    ),
    headers=st.sampled_from([SSE, JSON]),
    status=st.integers(200, 599),
    cleanly=st.booleans(),
)
def test_whatever_comes_there_is_a_verdict(
    chunks: list[bytes],
    headers: list[tuple[bytes, bytes]],
    status: int,
    *,
    cleanly: bool,
) -> None:
    reply = read(chunks, status=status, headers=headers, cleanly=cleanly)
    assert reply.failure is None or reply.failure.error_class in ERROR_CLASSES
    assert reply.first_token_chunk is None or reply.first_token_chunk < max(1, len(chunks))
