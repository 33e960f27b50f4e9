"""Replies with a good status that ended in failure or said nothing, in each API."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.facts import ERROR_CLASSES, Reply
from relaytop.wire.finish import GOOD, LENGTH, finish_failure, finish_reason
from tests.support.server import DONE, ROLE, delta, event
from tests.wire.reading import JSON, class_of, read, reader


def ended(api: str, reason: object, text: str = "hi", **beside: object) -> list[Reply]:
    """Return a reply that ends for a reason, in one document and streamed."""
    if api == "gemini":
        parts = {"content": {"parts": [{"text": text}] if text else []}}
        candidate = {**parts, "finishReason": reason, **beside}
        document: dict[str, object] = {"candidates": [candidate]}
        events = [event({"candidates": [parts]}), event({"candidates": [candidate]})]
    elif api == "anthropic":
        content = [{"type": "text", "text": text}] if text else []
        document = {"type": "message", "content": content, "stop_reason": reason, **beside}
        word = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}
        end = {"type": "message_delta", "delta": {"stop_reason": reason, **beside}}
        start = event({"type": "message_start", "message": {"content": []}})
        events = [start, event(word), event(end), event({"type": "message_stop"})]
    else:
        document = {"choices": [{"message": {"content": text}, "finish_reason": reason, **beside}]}
        last = {"delta": {"content": ""}, "finish_reason": reason, **beside}
        events = [ROLE, delta(content=text), event({"choices": [last]}), DONE]
    read_api = reader(api)
    return [read_api([json.dumps(document).encode()], headers=JSON), read_api(events)]


FINISHES = [
    ("openai", "stop", None),
    ("openai", "length", None),
    ("openai", "tool_calls", None),
    ("openai", "function_call", None),
    ("openai", "eos", None),
    ("openai", "end_turn", None),
    ("openai", "STOP", None),
    ("openai", "max_output", None),
    ("openai", None, None),
    ("openai", "", None),
    ("openai", "null", None),
    ("openai", {"type": "stop"}, None),
    ("openai", "error", "server_error"),
    ("openai", "content_filter", "bad_request"),
    ("openai", "sensitive", "bad_request"),
    ("openai", "network_error", "gateway"),
    ("openai", "insufficient_system_resource", "overloaded"),
    ("openai", "abort", "truncated"),
    ("openai", "cancelled", "truncated"),
    ("openai", "unknown", "protocol"),
    ("openai", "a_new_one", "protocol"),
    ("openai", "rate_limit_exceeded", "rate_limited"),
    ("azure", "content_filter", "bad_request"),
    ("anthropic", "end_turn", None),
    ("anthropic", "max_tokens", None),
    ("anthropic", "stop_sequence", None),
    ("anthropic", "tool_use", None),
    ("anthropic", "pause_turn", None),
    ("anthropic", "model_context_window_exceeded", None),
    ("anthropic", "refusal", "bad_request"),
    ("anthropic", "error", "server_error"),
    ("gemini", "STOP", None),
    ("gemini", "MAX_TOKENS", None),
    ("gemini", "SAFETY", "bad_request"),
    ("gemini", "RECITATION", "bad_request"),
    ("gemini", "LANGUAGE", "bad_request"),
    ("gemini", "BLOCKLIST", "bad_request"),
    ("gemini", "PROHIBITED_CONTENT", "bad_request"),
    ("gemini", "SPII", "bad_request"),
    ("gemini", "OTHER", "server_error"),
    ("gemini", "MALFORMED_FUNCTION_CALL", "server_error"),
    ("gemini", "UNEXPECTED_TOOL_CALL", "server_error"),
    ("gemini", "A_NEW_ONE", "protocol"),
]


@pytest.mark.parametrize(("api", "reason", "error_class"), FINISHES)
def test_each_finish_reason_whole_and_streamed(
    api: str, reason: object, error_class: str | None
) -> None:
    assert [class_of(reply) for reply in ended(api, reason)] == [error_class, error_class]


@pytest.mark.parametrize("api", ["openai", "azure", "anthropic", "gemini"])
@pytest.mark.parametrize(
    ("error", "error_class"),
    [
        ({"code": 502, "message": "Provider disconnected"}, "gateway"),
        ({"code": "502", "message": "Provider disconnected"}, "gateway"),
        ({"code": 429, "message": "slow down"}, "rate_limited"),
        ({"code": "insufficient_quota", "message": "no"}, "credit"),
        ({"type": "overloaded_error", "message": "Overloaded"}, "overloaded"),
        ({"message": "it broke"}, "server_error"),
        ("it broke", "server_error"),
    ],
)
@pytest.mark.parametrize("reason", ["error", "stop", None])
def test_an_error_on_the_choice_has_its_own_class(
    api: str, error: object, error_class: str, reason: str | None
) -> None:
    whole, streamed = ended(api, reason, error=error)
    if api == "anthropic":  # its whole reply is its choice: an error there is the reply's
        assert class_of(streamed) == error_class
        return
    assert [class_of(whole), class_of(streamed)] == [error_class, error_class]
    assert "error" not in (whole.failure.message if whole.failure else "")


def test_the_words_of_a_choices_error_hold_no_key() -> None:
    choice = {"finish_reason": "error", "error": {"message": "bad key sk-12345678"}, "message": {}}
    reply = reader("openai", "sk-12345678")([event({"choices": [choice]})])
    assert reply.failure is not None
    assert "12345678" not in reply.failure.message


# ── nothing was said ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("api", ["openai", "azure", "anthropic", "gemini"])
def test_a_stream_of_its_end_alone_is_no_reply(api: str) -> None:
    for parts in ([DONE], [b": hi\n\n", DONE], [b"data: {}\n\n", DONE], [b"data: [DONE]"]):
        assert class_of(reader(api)(parts)) == "protocol"


@pytest.mark.parametrize(
    ("api", "events"),
    [
        ("openai", [{"choices": [{"delta": {"role": "assistant", "content": ""}}]}, "[DONE]"]),
        ("openai", [{"choices": [{"delta": {}, "finish_reason": "stop"}]}, "[DONE]"]),
        ("openai", [{"choices": []}, "[DONE]"]),
        ("openai", [{"choices": [{"delta": {"content": None}}], "usage": {}}, "[DONE]"]),
        ("anthropic", [{"type": "message_stop"}]),
        (
            "anthropic",
            [{"type": "message_start", "message": {"content": []}}, {"type": "message_stop"}],
        ),
        (
            "anthropic",
            [
                {"type": "content_block_start", "content_block": {"type": "text", "text": ""}},
                {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
                {"type": "message_stop"},
            ],
        ),
        ("gemini", [{"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}]}]),
        ("gemini", [{"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}]}]),
    ],
)
def test_a_stream_without_a_word_is_no_reply(api: str, events: list[object]) -> None:
    assert class_of(reader(api)([event(each) for each in events])) == "protocol"


@pytest.mark.parametrize(
    ("api", "document"),
    [
        ("openai", {"choices": [{"message": {"content": ""}, "finish_reason": "stop"}]}),
        ("openai", {"choices": [{"message": {"role": "assistant", "content": None}}]}),
        ("openai", {"choices": [{}]}),
        ("anthropic", {"type": "message", "content": [], "stop_reason": None}),
        ("anthropic", {"type": "message", "content": [{"type": "text", "text": ""}]}),
        ("gemini", {"candidates": [{"finishReason": "STOP"}]}),
        ("gemini", {"candidates": [{}]}),
    ],
)
def test_a_document_without_a_word_is_no_reply(api: str, document: object) -> None:
    assert class_of(reader(api)([json.dumps(document).encode()], headers=JSON)) == "protocol"


@pytest.mark.parametrize("api", ["openai", "anthropic", "gemini"])
@pytest.mark.parametrize("reason", sorted(LENGTH))
def test_at_the_bound_nothing_need_be_seen(api: str, reason: str) -> None:
    for reply in ended(api, reason, text=""):
        assert reply.failure is None
        assert reply.first_token_chunk is None


def test_a_word_that_was_counted_need_not_be_seen() -> None:
    stop = event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    counts = event({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 64}})
    assert read([ROLE, stop, counts, DONE]).failure is None


@pytest.mark.parametrize("status", [200, 201, 203, 246])
def test_each_good_status_has_a_reply(status: int) -> None:
    body = b'{"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}'
    assert read([body], status=status, headers=JSON).failure is None
    assert class_of(read([b""], status=204)) == "protocol"


@given(st.text() | st.none() | st.integers() | st.dictionaries(st.just("type"), st.text()))
def test_any_finish_reason_is_good_or_has_a_class(value: object) -> None:
    reason = finish_reason(value)
    failure = finish_failure(reason, None, [])
    assert (failure is None) == (not reason or reason in GOOD)
    assert failure is None or failure.error_class in ERROR_CLASSES
    assert failure is None or failure.message.isprintable()
