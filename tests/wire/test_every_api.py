"""Properties of every API, whatever a server sends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import MODES_OF
from relaytop.wire.facts import ERROR_CLASSES, Failure, Reply
from tests.wire.reading import JSON, SSE, read_models, reader

KEY = "sk-123456789"
APIS = [(api, mode) for api, modes in MODES_OF.items() for mode in modes]
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMES = (
    "choices delta content usage error type message parts candidates finishReason data id code "
    "promptFeedback blockReason usageMetadata content_block prompt_tokens input_tokens text "
    "message_start message_delta details models name status metadata headers "
    "output response embedding values results index relevance_score response.completed "
    "response.failed response.output_text.delta delta item part object"
)
names = st.sampled_from(NAMES.split(" "))
documents = st.recursive(
    leaves | names,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6),
    max_leaves=12,
)


def checked(reply: Reply) -> None:
    if reply.failure is not None:
        assert reply.failure.error_class in ERROR_CLASSES
        assert reply.failure.message.isprintable()


@pytest.mark.parametrize(("api", "mode"), APIS)
@given(document=documents, status=st.sampled_from([200, 400, 401, 429, 500]))
def test_any_document_becomes_a_reply(api: str, mode: str, document: object, status: int) -> None:
    read = reader(api, mode=mode)
    body = json.dumps(document).encode()
    checked(read([body], status=status, headers=JSON))
    checked(read([b"event: error\ndata: " + body + b"\n\n", b"data: " + body + b"\n\n"]))
    offered = read_models(api, body, KEY, status=status)
    assert isinstance(offered, Failure) or all(name.isprintable() for name in offered)


@pytest.mark.parametrize(("api", "mode"), APIS)
@given(
    body=st.binary(max_size=200), status=st.integers(100, 999), headers=st.sampled_from([SSE, JSON])
)
def test_any_bytes_become_a_reply(
    api: str, mode: str, body: bytes, status: int, headers: list[tuple[bytes, bytes]]
) -> None:
    checked(reader(api, mode=mode)([body], status=status, headers=headers))


@pytest.mark.parametrize(("api", "mode"), APIS)
def test_a_web_page_is_the_gateways(api: str, mode: str) -> None:
    reply = reader(api, mode=mode)([b"<!doctype html><p>welcome"], headers=JSON)
    assert reply.failure is not None
    assert reply.failure.error_class == "gateway"


@pytest.mark.parametrize(("api", "mode"), APIS)
def test_the_key_is_taken_out_of_the_servers_words(api: str, mode: str) -> None:
    body = json.dumps({"error": {"message": f"bad key {KEY[:9]}…"}}).encode()
    reply = reader(api, KEY, mode=mode)([body], status=401, headers=JSON)
    assert reply.failure is not None
    assert KEY[:9] not in reply.failure.message
