import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.tokens import has_tokens
from tests.support.server import DONE, ROLE, STOP, delta, event
from tests.wire.reading import COUNTS, read, reader

TOKENS: list[dict[str, object]] = [
    {"content": "hi"},
    {"content": " "},
    {"content": [{"type": "text", "text": "hi"}]},
    {"role": "assistant", "content": None, "reasoning_text": "Let me"},
    {"reasoning_content": "hm"},
    {"reasoning": "hm"},
    {"reasoning": {"text": "hm"}},
    {"thinking": "hm"},
    {"thinking_blocks": [{"type": "thinking", "thinking": "hm"}]},
    {"reasoning_details": [{"type": "reasoning.text", "text": "hm", "format": "x", "index": 0}]},
    {"reasoning_details": [{"type": "reasoning.summary", "summary": "hm"}]},
    {"refusal": "no"},
    {"tool_calls": [{"index": 0, "id": "c1", "function": {"arguments": '{"'}}]},
    {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "find", "arguments": ""}}]},
    {"function_call": {"arguments": "{"}},
    {"tool_calls": [{"type": "custom", "id": "c1", "custom": {"name": "find", "input": ""}}]},
    {"tool_calls": [{"name": "find", "arguments": ""}]},
    {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
    {"audio": {"id": "a1", "transcript": "Hi"}},
    {"audio": {"id": "a1", "data": "UklGR"}},
    {"images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,x"}}]},
    {"a_name_of_the_future": {"deep": [[{"inside": "hi"}]]}},
]
NO_TOKENS: list[dict[str, object]] = [
    {},
    {"role": "assistant"},
    {"role": "assistant", "content": ""},
    {"role": "assistant", "content": None, "reasoning_text": ""},
    {"role": "assistant", "name": "Helper", "audio_content": ""},
    {"content": [{"type": "text", "text": ""}]},
    {"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": {"arguments": ""}}]},
    {"audio": {"id": "a1", "transcript": "", "expires_at": 1}},
    {"reasoning_details": [{"type": "reasoning.text", "text": "", "format": "x-v1", "id": "r"}]},
    {"object": "chat.completion.chunk", "model": "m", "finish_reason": "stop"},
    {"tool_call_id": "c1", "content": ""},
    {"role": "assistant", "channel": "analysis"},
    {"role": "assistant", "content": "", "sender": "bot", "phase": "thinking", "event": "start"},
    {"role": "assistant", "content": "", "created_at": "2026-09-21", "uuid": "a", "version": "1"},
    {"role": "assistant", "messageId": "a", "contentType": "text", "content": ""},
    {"provider_specific_fields": {"citations": None, "thought_signatures": ["a"]}},
    {"extra_content": {"google": {"thoughtSignature": "a"}}},
    {"content": 0, "flag": True},
]


@pytest.mark.parametrize("content", TOKENS, ids=str)
def test_the_first_string_under_any_name_is_the_first_token(content: dict[str, object]) -> None:
    reply = read([ROLE, delta(**content), delta(content="x"), STOP, COUNTS, DONE])
    assert reply.failure is None
    assert reply.first_token_chunk == 1


@pytest.mark.parametrize("content", NO_TOKENS, ids=str)
def test_what_describes_a_delta_is_no_token(content: dict[str, object]) -> None:
    reply = read([ROLE, delta(**content), delta(content="x"), STOP, COUNTS, DONE])
    assert reply.first_token_chunk == 2


@pytest.mark.parametrize(
    "choice", [{"text": "hi"}, {"message": {"content": "hi"}}, {"delta": "hi"}]
)
def test_a_choice_that_has_no_delta(choice: dict[str, object]) -> None:
    reply = read([ROLE, event({"choices": [choice]}), STOP, DONE])
    assert reply.first_token_chunk == 1


def test_a_message_at_the_end_of_a_stream_is_not_said_twice() -> None:
    last = {"finish_reason": "stop", "delta": {}, "message": {"content": "hi"}}
    assert read([delta(content="hi"), event({"choices": [last]}), DONE]).text == "hi"


@pytest.mark.parametrize(
    ("block", "piece", "first"),
    [
        ({"type": "text", "text": ""}, {"type": "text_delta", "text": "hi"}, 1),
        ({"type": "text", "text": "hi"}, {"type": "text_delta", "text": "hi"}, 0),
        ({"type": "tool_use", "id": "t", "name": "find", "input": {}}, {}, 0),
        ({"type": "redacted_thinking", "data": "Eu"}, {}, 0),
        ({"type": "thinking", "thinking": "", "signature": "Eu"}, {"thinking": "hm"}, 1),
        ({"type": "thinking", "thinking": ""}, {"reasoning_text": "hm"}, 1),
        ({"type": "text", "text": ""}, {"type": "signature_delta", "signature": "Eu"}, 2),
    ],
)
def test_anthropics_first_token(
    block: dict[str, object], piece: dict[str, object], first: int
) -> None:
    word = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x"}}
    parts = [
        event({"type": "content_block_start", "content_block": block}),
        event({"type": "content_block_delta", "delta": piece}),
        event(word),
        event({"type": "message_stop"}),
    ]
    assert reader("anthropic")(parts).first_token_chunk == first


@pytest.mark.parametrize(
    ("part", "first"),
    [
        ({"text": ""}, 1),
        ({"text": "hi"}, 0),
        ({"text": "hm", "thought": True}, 0),
        ({"thoughtSignature": "Eu"}, 1),
        ({"functionCall": {"name": "find", "args": {}}}, 0),
        ({"executableCode": {"language": "PYTHON", "code": "1"}}, 0),
        ({"inlineData": {"mimeType": "image/png", "data": ""}}, 1),
        ({"inlineData": {"mimeType": "image/png", "data": "iVBO"}}, 0),
    ],
)
def test_geminis_first_token(part: dict[str, object], first: int) -> None:
    end = {"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}
    candidate = {"content": {"role": "model", "parts": [part]}}
    parts = [event({"candidates": [each]}) for each in (candidate, end)]
    assert reader("gemini")(parts).first_token_chunk == first


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=20,
)


@given(documents)
def test_any_delta_is_read(value: object) -> None:
    assert has_tokens(value) in {True, False}


def test_a_delta_nested_beyond_reason_is_read() -> None:
    value: object = "hi"
    for _ in range(500):
        value = {"deep": [value]}
    assert not has_tokens(value)
