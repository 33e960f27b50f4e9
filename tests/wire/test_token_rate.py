"""Tokens per second: of what was seen to come, while it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.facts import Generated, Reply, Usage
from relaytop.wire.token_rate import tokens_per_s
from relaytop.wire.tokens import count_characters
from tests.support.server import DONE, ROLE, STOP, delta, event, usage
from tests.wire.reading import read, reader

if TYPE_CHECKING:
    from collections.abc import Sequence

WORD = "word "


def rate(chunks: Sequence[bytes], stamps_s: Sequence[float], api: str = "openai") -> float | None:
    return tokens_per_s((read if api == "openai" else reader(api))(chunks), stamps_s)


def counts(out: int, reasoning: int | None = None) -> bytes:
    details = {} if reasoning is None else {"reasoning_tokens": reasoning}
    return usage(prompt_tokens=5, completion_tokens=out, completion_tokens_details=details)


def test_one_token_a_chunk_is_the_rate_of_those_after_the_first() -> None:
    chunks = [ROLE, *[delta(content=WORD)] * 21, STOP + counts(21) + DONE]
    stamps = [0.1, *(0.2 + 0.02 * i for i in range(21)), 0.6]
    assert rate(chunks, stamps) == pytest.approx(50.0)


def test_a_late_usage_chunk_is_no_part_of_it() -> None:
    chunks = [*[delta(content=WORD)] * 21, STOP, counts(21) + DONE]
    stamps = [0.2 + 0.02 * i for i in range(21)]
    assert rate(chunks, [*stamps, 0.7, 5.0]) == pytest.approx(50.0)


def test_chunks_of_several_tokens_count_without_the_first_chunk() -> None:
    """Ten chunks of eight tokens every 160 ms: 50 a second, though the first 8 took no time."""
    chunks = [*[delta(content=WORD * 8)] * 10, STOP + counts(80) + DONE]
    stamps = [1 + 0.16 * i for i in range(10)]
    assert rate(chunks, [*stamps, 2.5]) == pytest.approx(50.0)


def test_hidden_reasoning_is_in_no_rate() -> None:
    """200 tokens of reasoning before the first visible one are not 5,630 tokens a second."""
    chunks = [*[delta(content=WORD)] * 11, STOP + counts(211, 200) + DONE]
    stamps = [8 + 0.02 * i for i in range(11)]
    assert rate(chunks, [*stamps, 8.3]) == pytest.approx(50.0)


def test_reasoning_that_is_streamed_counts() -> None:
    chunks = [
        *[delta(reasoning_content=WORD)] * 20,
        *[delta(content=WORD)] * 11,
        STOP + counts(31, 20) + DONE,
    ]
    stamps = [1 + 0.02 * i for i in range(31)]
    assert rate(chunks, [*stamps, 2.0]) == pytest.approx(50.0)


def test_a_summary_of_the_reasoning_does_not() -> None:
    chunks = [
        delta(reasoning="Thought about it."),
        *[delta(content=WORD)] * 11,
        STOP + counts(511, 500) + DONE,
    ]
    stamps = [1.0, *(9 + 0.02 * i for i in range(11))]
    assert rate(chunks, [*stamps, 9.5]) == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("tokens", "stamps"),
    [
        (7, [0.1 * i for i in range(7)]),  # few tokens
        (16, [0.002 * i for i in range(16)]),  # little time
        (16, [1.0, 1.0, 1.0, 1.0]),  # all at once
        (64, [1.0, 1.6, 1.7]),  # a burst in two reads after the first
    ],
)
def test_what_says_little_of_the_model_is_blank(tokens: int, stamps: list[float]) -> None:
    share = -(-tokens // len(stamps))
    chunks = [delta(content=WORD * share)] * len(stamps)
    assert rate([*chunks, STOP + counts(tokens) + DONE], [*stamps, 9.0]) is None


def test_without_a_count_or_a_stream_it_is_blank() -> None:
    chunks = [*[delta(content=WORD)] * 20, STOP + DONE]
    assert rate(chunks, [0.1 * i for i in range(21)]) is None
    assert tokens_per_s(Reply(usage=Usage(output_tokens=50)), [1.0]) is None


def anthropic(kind: str, **fields: object) -> bytes:
    return b"event: %s\n" % kind.encode() + event({"type": kind, **fields})


def test_of_anthropic() -> None:
    chunks = [
        anthropic("message_start", message={"usage": {"input_tokens": 5, "output_tokens": 1}}),
        *[
            anthropic("content_block_delta", index=0, delta={"type": kind, name: WORD})
            for kind, name in (("thinking_delta", "thinking"), ("text_delta", "text"))
            for _ in range(10)
        ],
        anthropic("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 20})
        + anthropic("message_stop"),
    ]
    stamps = [0.5, *(1 + 0.02 * i for i in range(20)), 1.9]
    assert rate(chunks, stamps, "anthropic") == pytest.approx(50.0)


def test_of_gemini() -> None:
    def part(**fields: object) -> bytes:
        return event({"candidates": [{"content": {"parts": [fields]}}]})

    end = {
        "candidates": [{"content": {"parts": []}, "finishReason": "STOP"}],
        "usageMetadata": {
            "promptTokenCount": 5,
            "candidatesTokenCount": 11,
            "thoughtsTokenCount": 300,
        },
    }
    chunks = [*[part(text=WORD)] * 11, event(end)]
    stamps = [*(3 + 0.02 * i for i in range(11)), 3.9]
    assert rate(chunks, stamps, "gemini") == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"content": "abc", "role": "assistant"}, (3, 0)),
        ({"reasoning_content": "abcd"}, (0, 4)),
        ({"reasoning": "abcd", "reasoning_details": [{"type": "x", "text": "abcd"}]}, (0, 4)),
        ({"type": "thinking_delta", "thinking": "ab"}, (0, 2)),
        ({"parts": [{"text": "ab", "thought": True}, {"text": "c"}]}, (1, 2)),
        ({"tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": "{}"}}]}, (3, 0)),
        ({"reasoning_details": [{"type": "reasoning.encrypted", "data": "QUJD"}]}, (0, 0)),
        (None, (0, 0)),
    ],
)
def test_characters_by_kind(value: object, found: tuple[int, int]) -> None:
    assert count_characters(value) == found


generated = st.builds(Generated, st.integers(0, 30), st.integers(0, 99), st.integers(0, 99))


@given(
    st.lists(generated, max_size=30).map(sorted),
    st.none() | st.integers(0, 10**6),
    st.none() | st.integers(0, 10**6),
)
def test_it_is_positive_or_unknown(
    found: list[Generated], out: int | None, reasoning: int | None
) -> None:
    reply = Reply(
        usage=Usage(output_tokens=out, reasoning_tokens=reasoning), generated=tuple(found)
    )
    result = tokens_per_s(reply, [0.1 * i for i in range(31)])
    assert result is None or result >= 0
