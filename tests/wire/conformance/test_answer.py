"""Replies of each API are put together, streamed or not, and anything else does no harm."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import MODES_OF, Target
from relaytop.wire.conformance.answer import read_answer
from relaytop.wire.conformance.features import features_of
from relaytop.wire.facts import Usage
from relaytop.wire.headers import lowered
from relaytop.wire.raw_reply import RawReply
from tests.support.server import DONE, delta, event
from tests.wire.reading import JSON, SSE

ALL = [(api, mode) for api, modes in MODES_OF.items() for mode in modes]
CALL = {"type": "tool_use", "id": "t", "name": "f", "input": {"city": "Paris"}}
REPLIES: dict[str, tuple[str, str, list[bytes]]] = {
    "chat": (
        "openai",
        "chat",
        [
            delta(content="a"),
            delta(tool_calls=[{"index": 0, "id": "c", "function": {"name": "f"}}]),
            delta(tool_calls=[{"index": 0, "function": {"arguments": '{"city": '}}]),
            delta(tool_calls=[{"index": 0, "function": {"arguments": '"Paris"}'}}]),
            event({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}),
            DONE,
        ],
    ),
    "anthropic": (
        "anthropic",
        "chat",
        [
            json.dumps(
                {"type": "message", "content": [{"type": "text", "text": "a"}, CALL]}
            ).encode()
        ],
    ),
    "anthropic, streamed": (
        "anthropic",
        "chat",
        [
            event({"type": "content_block_start", "index": 0, "content_block": {"text": "a"}}),
            event(
                {
                    "type": "content_block_start",
                    "index": 1,
                    "content_block": {"type": "tool_use", "name": "f", "input": {}},
                }
            ),
            event(
                {
                    "type": "content_block_delta",
                    "index": 1,
                    "delta": {"type": "input_json_delta", "partial_json": '{"city": "Paris"}'},
                }
            ),
            event({"type": "message_delta", "delta": {"stop_reason": "tool_use"}}),
        ],
    ),
    "gemini": (
        "gemini",
        "chat",
        [
            event(
                {
                    "candidates": [
                        {
                            "content": {
                                "parts": [
                                    {"text": "a"},
                                    {"functionCall": {"name": "f", "args": {"city": "Paris"}}},
                                ]
                            },
                            "finishReason": "STOP",
                        }
                    ]
                }
            )
        ],
    ),
    "responses": (
        "openai",
        "responses",
        [
            event({"type": "response.output_text.delta", "delta": "a"}),
            event(
                {
                    "type": "response.completed",
                    "response": {
                        "status": "completed",
                        "output": [
                            {"type": "message", "content": [{"type": "output_text", "text": "a"}]},
                            {
                                "type": "function_call",
                                "name": "f",
                                "arguments": '{"city": "Paris"}',
                            },
                        ],
                    },
                }
            ),
        ],
    ),
}


def raw(*chunks: bytes, sse: bool = True) -> RawReply:
    return RawReply(status=200, headers=lowered(SSE if sse else JSON), chunks=chunks)


@pytest.mark.parametrize(("api", "mode", "chunks"), REPLIES.values(), ids=REPLIES)
def test_text_and_call(api: str, mode: str, chunks: list[bytes]) -> None:
    answer = read_answer(api, mode, raw(*chunks))
    (choice,) = answer.choices.values()
    assert choice.text == "a"
    (call,) = choice.calls.values()
    assert call.name == "f"
    assert json.loads(call.arguments) == {"city": "Paris"}


def test_a_message_at_the_end_of_a_stream_is_no_second_text() -> None:
    whole = {"choices": [{"index": 0, "message": {"content": "ab"}, "finish_reason": "stop"}]}
    answer = read_answer(
        "openai", "chat", raw(delta(content="a"), delta(content="b"), event(whole))
    )
    assert answer.choice(0).text == "ab"


NAMES = (
    "choices index delta message content tool_calls function name arguments type text "
    "content_block candidates parts functionCall args response output data embedding "
    "results relevance_score finish_reason stop_reason status"
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES.split(" ")),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(("api", "mode"), ALL)
@given(document=values, before=st.sampled_from([b"", b"data: "]), tokens=st.none() | st.integers(0))
def test_any_reply_is_judged(
    api: str, mode: str, document: Any, before: bytes, tokens: int | None
) -> None:
    body = json.dumps(document).encode()
    answer = read_answer(api, mode, raw(before + body + b"\n\n"))
    for feature in features_of(api, mode):
        feature.judge(answer, Usage(tokens, tokens), 16)


@pytest.mark.parametrize(("api", "mode"), ALL)
def test_each_feature_keeps_what_the_target_says(api: str, mode: str) -> None:
    target = Target(provider="p", model="m", mode=mode, extra={"user": "x"})
    for feature in features_of(api, mode):
        asked = feature.target(target)
        assert asked.extra["user"] == "x"
        assert asked.mode == mode
        assert asked.id == target.id
