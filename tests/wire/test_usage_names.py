"""Usage and cost in other APIs' and vendors' names, in a reply of any API."""

import json

import pytest

from relaytop.wire.facts import Reply, Usage
from relaytop.wire.usage import MAX_DEPTH, read_usage, usage_in
from tests.support.server import DONE, ROLE, STOP, delta, event
from tests.wire.reading import JSON, read, reader

COUNTS = {"prompt_tokens": 19, "completion_tokens": 13}
GEMINI = {
    "prompt_token_count": 19,
    "candidates_token_count": 3,
    "thoughts_token_count": 10,
    "total_token_count": 32,
}


def replies(api: str, beside: dict[str, object]) -> list[Reply]:
    """Return a good reply with something beside its text, in one document and streamed."""
    if api == "gemini":
        parts = {"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}
        document = {"candidates": [parts], **beside}
        events = [event(document)]
    elif api == "anthropic":
        content = [{"type": "text", "text": "x"}]
        document = {"type": "message", "content": content, "stop_reason": "end_turn", **beside}
        word = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x"}}
        start = {"type": "message_start", "message": {"content": []}}
        end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
        events = [event(each) for each in (start, word, end, {"type": "message_stop", **beside})]
    else:
        document = {
            "choices": [{"message": {"content": "x"}, "finish_reason": "stop"}],
            **beside,
        }
        events = [ROLE, delta(content="x"), STOP, event({"choices": [], **beside}), DONE]
    read_api = reader(api)
    return [read_api([json.dumps(document).encode()], headers=JSON), read_api(events)]


@pytest.mark.parametrize("api", ["openai", "azure", "anthropic", "gemini"])
@pytest.mark.parametrize(
    "beside",
    [
        {"usage": COUNTS},
        {"usage": {"input_tokens": 19, "output_tokens": 13}},
        {"usage": {"promptTokens": 19, "completionTokens": 13, "totalTokens": 32}},
        {"usage": {"inputTokens": 19, "outputTokens": 13, "cacheReadInputTokens": 0}},
        {"usage": {**COUNTS, "input_tokens": 0, "output_tokens": 0, "input_tokens_details": None}},
        {"usage_metadata": GEMINI},
        {
            "usageMetadata": {
                "promptTokenCount": 19,
                "candidatesTokenCount": 3,
                "thoughtsTokenCount": 10,
            }
        },
        {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 19, "outputTokenCount": 13}},
    ],
    ids=lambda beside: json.dumps(beside)[:48],
)
def test_another_apis_counts_are_read_in_any(api: str, beside: dict[str, object]) -> None:
    for reply in replies(api, beside):
        assert reply.failure is None
        assert (reply.usage.input_tokens, reply.usage.output_tokens) == (19, 13)


@pytest.mark.parametrize(
    ("beside", "cost"),
    [
        ({"provider_metadata": {"gateway": {"cost": "0.0045", "marketCost": "0.01"}}}, 0.0045),
        ({"providerMetadata": {"gateway": {"cost": "0.0045"}}}, 0.0045),
        ({"pricing": {"total_cost": 0.003, "currency": "USD"}}, 0.003),
        ({"pricing": {"prompt": "3", "completion": "15"}}, None),
        ({"nanoGPT": {"cost": 0.003}}, 0.003),
        ({"_hidden_params": {"response_cost": 0.003}}, 0.003),
        ({"meta": {"usage": {"credits_used": 120, "usd_spent": 0.0006}}}, 0.0006),
        ({"metadata": {"usage": {"total_price": "0.003", "currency": "USD"}}}, 0.003),
        ({"metadata": {"usage": {"total_price": "0.003", "currency": "RMB"}}}, None),
        ({"key": {"cost": 17.0}}, None),
    ],
    ids=lambda value: json.dumps(value)[:48],
)
def test_costs_where_relays_put_them(beside: dict[str, object], cost: float | None) -> None:
    for api in ("openai", "anthropic", "gemini"):
        for reply in replies(api, beside):
            assert reply.usage.cost_usd == cost


def test_a_cost_in_a_messages_metadata() -> None:
    metadata = {"provider_metadata": {"gateway": {"cost": "0.0045"}}}
    last = event({"choices": [{"delta": metadata, "finish_reason": "stop"}]})
    assert read([ROLE, delta(content="x"), last, DONE]).usage.cost_usd == 0.0045


@pytest.mark.parametrize(
    ("cost", "usd"),
    [
        ({"totalCost": 0.003}, 0.003),
        ({"cost_in_usd": 0.003}, 0.003),
        ({"cost": "0.003", "currency": "CNY"}, None),
        ({"cost": "0.003", "currency": "usd"}, 0.003),
    ],
)
def test_the_names_of_a_cost(cost: dict[str, object], usd: float | None) -> None:
    assert read_usage(usage_in({"usage": {**COUNTS, **cost}}), {}).cost_usd == usd


@pytest.mark.parametrize(
    ("raw", "usage"),
    [
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 7,
                "total_tokens": 12,
                "prompt_tokens_details": {"cached_tokens": 1000},
            },
            Usage(1005, 7, 1000),
        ),
        (
            {**COUNTS, "completion_tokens_details": {"reasoning_tokens": 50}},
            Usage(19, 63, None, 50),
        ),
        (
            # The total decides: a relay's count of reasoning may be an estimate.
            {
                **COUNTS,
                "total_tokens": 32,
                "completion_tokens_details": {"reasoning_tokens": 14},
            },
            Usage(19, 13, None, 14),
        ),
        ({"prompt_tokens": 0, "completion_tokens": 13, "total_tokens": 32}, Usage(19, 13)),
        ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 32}, Usage(0, 0)),
    ],
)
def test_a_part_is_no_more_than_the_whole(raw: dict[str, object], usage: Usage) -> None:
    assert read_usage(raw, {}) == usage


def test_a_deep_usage_object_is_cut() -> None:
    deep: dict[str, object] = {}
    for _ in range(500):
        deep = {"aB": deep}
    found = usage_in({"usage": {**COUNTS, "deepOne": deep}})
    assert read_usage(found, {}) == Usage(19, 13)
    assert len(json.dumps(found)) < 100 + 20 * MAX_DEPTH
