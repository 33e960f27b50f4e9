import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.cost import amount, read_cost
from relaytop.wire.facts import Usage
from tests.support.server import DONE, delta, event
from tests.wire.reading import JSON, read

OWN_KEY = {"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.036}}
COSTS: dict[str, tuple[dict[str, object], float | None]] = {
    "a number": ({"cost": 0.0052}, 0.0052),
    "free": ({"cost": 0}, 0.0),
    "a text": ({"cost": "0.0052"}, 0.0052),
    "a text with its currency": ({"cost": "$0.0052"}, 0.0052),
    "a text with its currency behind": ({"cost": "0.0052 USD"}, 0.0052),
    "perplexity's object": (
        {"cost": {"input_tokens_cost": 0.0, "output_tokens_cost": 0.0001, "total_cost": 0.0052}},
        0.0052,
    ),
    "an object with another total": ({"cost": {"prompt": 0.1, "total": "0.3"}}, 0.3),
    "an object of parts": ({"cost": {"input_cost": 0.1, "output_cost": 0.2}}, 0.3),
    "an object in dollars": ({"cost": {"amount": 0.1, "currency": "USD"}}, 0.1),
    "an object in yuan": ({"cost": {"amount": 0.1, "currency": "CNY"}}, None),
    "an object without figures": ({"cost": {"note": "soon"}}, None),
    "deepinfra": ({"estimated_cost": 2e-05}, 2e-05),
    "total_cost": ({"total_cost": 0.1}, 0.1),
    "xai's ticks": ({"cost_in_usd_ticks": 37_756_000}, 0.0037756),
    "a figure beside a zero": ({"cost": 0, "total_cost": 0.1}, 0.1),
    "the user's own key": (OWN_KEY, 0.036),
    "the user's own key and a fee": ({**OWN_KEY, "cost": 0.002}, 0.038),
    "the user's own key, in parts": (
        {
            "cost": 0,
            "is_byok": True,
            "cost_details": {
                "upstream_inference_cost": None,
                "upstream_inference_prompt_cost": 0.01,
                "upstream_inference_completions_cost": 0.02,
            },
        },
        0.03,
    ),
    "the user's own key, without a figure": ({"cost": 0, "is_byok": True}, None),
    "the relay's key": ({**OWN_KEY, "cost": 0.05, "is_byok": False}, 0.05),
    "the upstream's figure alone": ({**OWN_KEY, "is_byok": None}, 0.036),
    "negative": ({"cost": -1}, None),
    "absurd": ({"cost": 1e9}, None),
    "true": ({"cost": True}, None),
    "a list": ({"cost": [1]}, None),
    "none": ({}, None),
}


@pytest.mark.parametrize(("usage", "cost"), COSTS.values(), ids=COSTS)
def test_each_form(usage: dict[str, object], cost: float | None) -> None:
    assert read_cost(usage, {}) == (None if cost is None else pytest.approx(cost))


def test_a_figure_in_a_header_beats_a_zero_in_the_body() -> None:
    assert read_cost({"cost": 0}, {"x-litellm-response-cost": "0.01"}) == 0.01
    assert read_cost({"cost": 0.02}, {"x-litellm-response-cost": "0.01"}) == 0.02
    assert read_cost(None, {"x-litellm-response-cost": "0"}) == 0.0


def test_the_cost_with_ones_own_key_in_a_stream() -> None:
    counts = {"prompt_tokens": 9171, "completion_tokens": 113, **OWN_KEY}
    last = {"choices": [{"delta": {"role": "assistant", "content": ""}}], "usage": counts}
    stop = {"choices": [{"delta": {"content": ""}, "finish_reason": "stop"}]}
    reply = read([delta(content="ok"), event(stop), event(last), DONE])
    assert reply.usage == Usage(9171, 113, cost_usd=0.036)


def test_a_cost_beside_the_usage() -> None:
    choices = [{"message": {"content": "x"}, "finish_reason": "stop"}]
    counts = {"prompt_tokens": 5, "completion_tokens": 1}
    body = json.dumps({"choices": choices, "usage": counts, "cost": 0.001}).encode()
    assert read([body], headers=JSON).usage == Usage(5, 1, cost_usd=0.001)


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
names = st.sampled_from(
    ["cost", "total_cost", "is_byok", "cost_details", "upstream_inference_cost", "currency"]
)
values = plain | st.dictionaries(names, plain | st.dictionaries(names, plain))


@given(values, st.dictionaries(st.just("x-litellm-response-cost"), st.text(max_size=9)))
def test_whatever_comes_a_cost_is_sane(raw: object, headers: dict[str, str]) -> None:
    for cost in (read_cost(raw, headers), amount(raw)):
        assert cost is None or 0 <= cost <= 30_000
