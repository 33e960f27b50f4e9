import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.facts import Usage
from relaytop.wire.usage import read_usage

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("raw", "headers", "usage"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 3}, {}, Usage(5, 3)),
        (
            {
                "prompt_tokens": 50,
                "completion_tokens": 30,
                "prompt_tokens_details": {"cached_tokens": 40},
                "completion_tokens_details": {"reasoning_tokens": 20},
            },
            {},
            Usage(50, 30, 40, 20),
        ),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 1,
                "prompt_cache_hit_tokens": 4,
                "prompt_cache_miss_tokens": 5,
            },
            {},
            Usage(9, 1, 4),
        ),
        (
            {"prompt_tokens": 9, "completion_tokens": 1, "cost": 0.00042},
            {},
            Usage(9, 1, cost_usd=0.00042),
        ),
        (
            {"prompt_tokens": 9, "completion_tokens": 1},
            {"x-litellm-response-cost": "1.2e-05"},
            Usage(9, 1, cost_usd=1.2e-05),
        ),
        (None, {}, Usage()),
        ({}, {}, Usage()),
        ("much", {}, Usage()),
    ],
)
def test_each_shape(raw: object, headers: dict[str, str], usage: Usage) -> None:
    assert read_usage(raw, headers) == usage


@pytest.mark.parametrize(
    "count", [None, -1, 1.5, "7", math.nan, math.inf, 1e30, 10**30, True, [], {}]
)
def test_an_absurd_count_is_unknown(count: object) -> None:
    usage = read_usage({"prompt_tokens": count, "completion_tokens": 3, "cost": count}, {})
    assert usage.input_tokens is None
    assert usage.output_tokens == 3


@given(
    st.dictionaries(
        st.sampled_from(["prompt_tokens", "cost", "prompt_tokens_details"]), json_values
    )
)
def test_whatever_comes_a_count_is_sane(raw: dict[str, object]) -> None:
    usage = read_usage(raw, {})
    for figure in (usage.input_tokens, usage.cached_tokens, usage.cost_usd):
        assert figure is None or 0 <= figure <= 100_000_000
