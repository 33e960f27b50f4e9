"""The place of usage in a reply, and the one of several figures that counts."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.facts import Usage
from relaytop.wire.usage import known_usage, merge_usage, read_usage, usage_in
from tests.support.server import DONE, ROLE, STOP, delta, event
from tests.wire.reading import JSON, class_of, read, reader

COUNTS = {"prompt_tokens": 19, "completion_tokens": 13, "total_tokens": 32}
HELD = {
    "beside empty choices": {"choices": [], "usage": COUNTS},
    "without choices": {"usage": COUNTS},
    "in a choice": {"choices": [{"delta": {}, "finish_reason": "stop", "usage": COUNTS}]},
    "in a delta": {"choices": [{"delta": {"usage": COUNTS}}]},
    "in a message": {"choices": [{"message": {"content": "", "usage": COUNTS}}]},
    "under a vendor's key": {"choices": [], "x_groq": {"id": "r", "usage": COUNTS}},
    "in a choice beside a null": {"choices": [{"delta": {}, "usage": COUNTS}], "usage": None},
    "in a choice beside zeros": {
        "choices": [{"delta": {}, "usage": COUNTS}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    },
}


@pytest.mark.parametrize("part", HELD.values(), ids=HELD)
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_usage_is_found_in_whatever_part_of_a_stream_has_it(
    part: dict[str, object], place: int
) -> None:
    parts = [ROLE, delta(content="hi"), STOP]
    parts.insert(place, event(part))
    assert read([*parts, DONE]).usage == Usage(19, 13)


@pytest.mark.parametrize("part", HELD.values(), ids=HELD)
def test_usage_is_found_wherever_a_whole_reply_has_it(part: dict[str, object]) -> None:
    choice = {"message": {"content": "hi"}, "finish_reason": "stop"}
    held = part.get("choices")
    inner = held[0] if isinstance(held, list) and held else {}
    document = {**part, "choices": [{**inner, **choice}]}
    if "message" in inner:
        document["choices"] = [{**inner, "message": {**inner["message"], "content": "hi"}}]
    assert read([json.dumps(document).encode()], headers=JSON).usage == Usage(19, 13)


def test_usage_that_comes_with_an_error_is_counted_too() -> None:
    last = event({"error": {"message": "boom", "code": 502}, "usage": COUNTS})
    reply = read([delta(content="x"), last])
    assert class_of(reply) == "gateway"
    assert reply.usage == Usage(19, 13)


@pytest.mark.parametrize("late", [0, None, -1, "many", False])
def test_a_later_zero_or_nonsense_beats_no_figure(late: object) -> None:
    last = event({"choices": [], "usage": {**dict.fromkeys(COUNTS, late), "cost": late}})
    first = event({"choices": [], "usage": {**COUNTS, "cost": 0.01}})
    reply = read([delta(content="x"), first, STOP, last, DONE])
    assert reply.usage == Usage(19, 13, cost_usd=0.01)


def test_a_later_figure_beats_an_earlier_one() -> None:
    parts = [event({"choices": [], "usage": {"completion_tokens": n}}) for n in (1, 5, 9, 0)]
    assert read([delta(content="x"), *parts, STOP, DONE]).usage.output_tokens == 9


def anthropic_stream(start: Mapping[str, object], end: Mapping[str, object]) -> Usage:
    parts = [
        {"type": "message_start", "message": {"content": [], "usage": start}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "hi"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": end},
        {"type": "message_stop"},
    ]
    return reader("anthropic")([event(part) for part in parts]).usage


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ({"input_tokens": 25, "output_tokens": 0}, {"input_tokens": 0, "output_tokens": 12}),
        ({"input_tokens": 0, "output_tokens": 0}, {"input_tokens": 25, "output_tokens": 12}),
        ({"input_tokens": 25, "output_tokens": 12}, {"input_tokens": 0, "output_tokens": 0}),
        ({}, {"input_tokens": 25, "output_tokens": 12}),
        ({"prompt_tokens": 25}, {"completion_tokens": 12}),
    ],
)
def test_anthropics_figures_wherever_they_stand(
    start: dict[str, object], end: dict[str, object]
) -> None:
    usage = anthropic_stream(start, end)
    assert (usage.input_tokens, usage.output_tokens) == (25, 12)


def test_anthropics_cached_tokens_outlive_a_later_zero() -> None:
    zeros = {"input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 3}
    usage = anthropic_stream({"input_tokens": 5, "cache_read_input_tokens": 100}, zeros)
    assert usage == Usage(105, 3, cached_tokens=100, cache_write_tokens=0)


TOTALS: dict[str, tuple[dict[str, object], Usage]] = {
    "xai: reasoning outside": (
        {
            "prompt_tokens": 12,
            "completion_tokens": 1,
            "total_tokens": 399,
            "prompt_tokens_details": {"cached_tokens": 2},
            "completion_tokens_details": {"reasoning_tokens": 386},
        },
        Usage(12, 387, 2, 386),
    ),
    "openai: reasoning inside": (
        {
            "prompt_tokens": 12,
            "completion_tokens": 387,
            "total_tokens": 399,
            "completion_tokens_details": {"reasoning_tokens": 386},
        },
        Usage(12, 387, None, 386),
    ),
    "gemini behind openai's api: reasoning in the total alone": (
        {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 115},
        Usage(10, 105),
    ),
    "no completion at all": ({"prompt_tokens": 10, "total_tokens": 26}, Usage(10, 16)),
    "no prompt at all": ({"completion_tokens": 6, "total_tokens": 26}, Usage(20, 6)),
    "cached tokens outside of the prompt": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "total_tokens": 115,
            "cache_read_input_tokens": 100,
        },
        Usage(110, 5, 100),
    ),
    "a total that says less": (
        {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 3},
        Usage(10, 5),
    ),
    "a total alone": ({"total_tokens": 30}, Usage()),
    "moonshot's cached tokens": (
        {"prompt_tokens": 10, "completion_tokens": 5, "cached_tokens": 4},
        Usage(10, 5, 4),
    ),
    "the responses api's names": (
        {
            "input_tokens": 10,
            "output_tokens": 5,
            "input_tokens_details": {"cached_tokens": 4},
            "output_tokens_details": {"reasoning_tokens": 3},
        },
        Usage(10, 5, 4, 3),
    ),
    "new-api's unused names": (
        {"prompt_tokens": 10, "completion_tokens": 5, "input_tokens": 0, "output_tokens": 0},
        Usage(10, 5),
    ),
}


@pytest.mark.parametrize(("raw", "usage"), TOTALS.values(), ids=TOTALS)
def test_the_total_decides(raw: dict[str, object], usage: Usage) -> None:
    assert read_usage(raw, {}) == usage


@pytest.mark.parametrize(
    ("counts", "output"),
    [
        ({"candidatesTokenCount": 3, "thoughtsTokenCount": 11, "totalTokenCount": 18}, 14),
        ({"candidatesTokenCount": 14, "thoughtsTokenCount": 11, "totalTokenCount": 18}, 14),
        ({"totalTokenCount": 20}, 16),
        ({"totalTokenCount": 20, "toolUsePromptTokenCount": 6}, 10),
        ({"totalTokenCount": 4}, None),
    ],
)
def test_geminis_total_decides_too(counts: dict[str, int], output: int | None) -> None:
    raw = {"promptTokenCount": 4, **counts}
    candidate = {"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}
    body = json.dumps({"candidates": [candidate], "usageMetadata": raw}).encode()
    assert reader("gemini")([body], headers=JSON).usage.output_tokens == output


ZEROS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


@pytest.mark.parametrize("cost", [{}, {"cost": 0}, {"cost": "0.0"}])
def test_zeros_beside_text_are_unknown_and_not_free(cost: dict[str, object]) -> None:
    choice = {"message": {"content": "Hello."}, "finish_reason": "stop"}
    body = json.dumps({"choices": [choice], "usage": {**ZEROS, **cost}}).encode()
    assert read([body], headers=JSON).usage == Usage()
    counted = event({"choices": [], "usage": {**ZEROS, **cost}})
    assert read([delta(content="x"), STOP, counted, DONE]).usage == Usage()


def test_zeros_beside_text_in_the_other_apis() -> None:
    zeros = {"input_tokens": 0, "output_tokens": 0}
    usage = anthropic_stream(zeros, zeros)
    assert (usage.input_tokens, usage.output_tokens) == (None, None)
    candidate = {"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}
    counts = {"promptTokenCount": 0, "candidatesTokenCount": 0, "totalTokenCount": 0}
    body = json.dumps({"candidates": [candidate], "usageMetadata": counts}).encode()
    assert reader("gemini")([body], headers=JSON).usage == Usage()


def test_a_free_model_is_free() -> None:
    counts = event({"choices": [], "usage": {**COUNTS, "cost": 0}})
    assert read([delta(content="x"), STOP, counts, DONE]).usage == Usage(19, 13, cost_usd=0.0)


def test_a_stated_cost_outlives_counts_of_zero() -> None:
    usage = known_usage(Usage(0, 0, cost_usd=0.01), has_tokens=True)
    assert usage == Usage(cost_usd=0.01)


leaves = st.none() | st.booleans() | st.integers(-5, 50) | st.floats() | st.text(max_size=5)
fields = st.sampled_from([*COUNTS, "usage", "choices", "cost", "prompt_tokens_details", "is_byok"])
objects = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(fields, inner, max_size=4),
    max_leaves=12,
)


@given(objects)
def test_any_document_is_searched(document: object) -> None:
    usage = read_usage(usage_in(document), {})
    for count in (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens):
        assert count is None or 0 <= count <= 200_000_000


@given(st.dictionaries(fields, objects), st.dictionaries(fields, objects))
def test_merging_loses_no_figure(old: dict[str, object], new: dict[str, object]) -> None:
    merged = merge_usage(old, new)
    assert merged.keys() == old.keys() | new.keys()
    for name in COUNTS:
        count = read_usage({"prompt_tokens": old.get(name)}, {}).input_tokens
        if count:
            assert read_usage({"prompt_tokens": merged[name]}, {}).input_tokens != 0
