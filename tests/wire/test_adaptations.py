"""Adaptations of the bound on a reply to refusals."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import Provider, Target
from relaytop.wire.adaptations import (
    MAX_RAISE,
    RAISE_MAX_TOKENS,
    adapt,
    adapted_max_tokens,
    min_tokens,
    token_bound_adaptation,
)
from relaytop.wire.apis import api_named
from relaytop.wire.text import INPUT_LIMIT
from tests.support.scaling import assert_linear
from tests.wire.reading import JSON, class_of, reader

TARGET = Target(provider="p", model="m", max_tokens=16)
PROVIDER = Provider(name="p", base_url="http://x/v1")
OPENAIS = "Could not finish the message because max_tokens or model output limit was reached. "

NAMED = {
    "openai": "Invalid 'max_tokens': integer below minimum value. Expected a value >= 64, got 16",
    "newer": "Invalid 'max_completion_tokens': integer below minimum value. Expected a value >= 64",
    "responses": "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 64",
    "at least": "max_tokens must be at least 64",
    "equal": "max_tokens: Input should be greater than or equal to 64",
    "above": "max_tokens must be greater than 63",
    "minimum": "max_tokens is too small; the minimum is 64",
    "between": "max_tokens must be between 64 and 4096",
    "range": "Invalid max_tokens value, the valid range of max_tokens is [64, 8192]",
}
UNNAMED = {
    "openai": f"{OPENAIS}Please try again with higher max_tokens.",
    "newer": f"{OPENAIS}Please try again with higher max_completion_tokens.",
    "small": "max_output_tokens is too small",
    "below": "'max_tokens' is below the minimum value",
}
NOTHING = {
    "too large": "max_tokens is too large: 16. This model supports at most 8 completion tokens",
    "context": "This model's maximum context length is 4097 tokens, reduce max_tokens",
    "vllm": "'max_tokens' is too large: 16. Your prompt contains at least 500 input tokens",
    "over our own bound": "Invalid 'max_tokens': expected a value >= 2048",
    "another parameter": "Invalid 'top_logprobs': expected a value >= 64",
    "nothing": "max_tokens",
}


def taught(message: str, status: int = 400, **fields: object) -> str | None:
    body = json.dumps({"error": {"message": message, **fields}}).encode()
    reply = reader("openai")([body], status=status, headers=JSON)
    assert class_of(reply) == "bad_request"
    return reply.adaptation


@pytest.mark.parametrize("message", NAMED.values(), ids=NAMED)
@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_of_a_small_bound_names_a_larger_one(message: str, status: int) -> None:
    assert taught(message, status) == min_tokens(64)


@pytest.mark.parametrize("message", UNNAMED.values(), ids=UNNAMED)
def test_or_names_none(message: str) -> None:
    assert taught(message) == RAISE_MAX_TOKENS


@pytest.mark.parametrize("message", NOTHING.values(), ids=NOTHING)
def test_other_refusals_teach_nothing_of_it(message: str) -> None:
    assert taught(message) is None
    assert reader("openai")([b"{}"], status=500, headers=JSON).adaptation is None


def test_the_parameter_may_be_named_beside_the_message_or_in_plain_text() -> None:
    assert taught("Expected a value >= 64", param="max_tokens") == min_tokens(64)
    assert (
        taught("too small", param="max_tokens", code="integer_below_min_value") == RAISE_MAX_TOKENS
    )
    raw = json.dumps({"error": {"message": NAMED["responses"]}})
    assert taught("Provider returned error", metadata={"raw": raw}) == min_tokens(64)
    detail = [{"loc": ["body", "max_tokens"], "msg": "Input should be greater than or equal to 64"}]
    for body in (json.dumps({"detail": detail}).encode(), NAMED["openai"].encode()):
        assert reader("azure")([body], status=422, headers=JSON).adaptation == min_tokens(64)


def test_a_parameter_that_is_refused_by_name_is_no_small_bound() -> None:
    message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens', at least 16"
    adaptation = taught(message, code="unsupported_parameter", param="max_tokens")
    assert adaptation == "max_completion_tokens"


@pytest.mark.parametrize("api", ["openai", "azure"])
@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_the_next_request_asks_for_what_was_learned_under_either_name(api: str, name: str) -> None:
    adaptations = adapt(frozenset({name}), min_tokens(64), 16)
    for target, tokens in ((TARGET, 64), (replace(TARGET, max_tokens=500), 500)):
        body = json.loads(api_named(api).build(target, PROVIDER, adaptations).body)
        assert body[name] == tokens


def test_without_a_figure_it_goes_up_in_steps_to_a_bound() -> None:
    adaptations, sent = frozenset({"no_stream_options"}), []
    for _ in range(6):
        sent.append(adapted_max_tokens(adaptations, 16))
        adaptations = adapt(adaptations, RAISE_MAX_TOKENS, sent[-1])
    assert sent == [16, 64, 256, 1024, 1024, 1024]
    assert adaptations == {"no_stream_options", min_tokens(1024)}
    assert adapted_max_tokens(adapt(frozenset(), RAISE_MAX_TOKENS, 1), 1) == 64
    assert adapted_max_tokens(adapt(frozenset(), RAISE_MAX_TOKENS, 5000), 5000) == 5000


def test_two_probes_that_were_refused_at_once_are_one_step() -> None:
    once = adapt(frozenset(), RAISE_MAX_TOKENS, 16)
    assert adapt(once, RAISE_MAX_TOKENS, 16) == once


refusals = st.sampled_from(
    ["max_completion_tokens", "no_stream_options", RAISE_MAX_TOKENS]
) | st.builds(min_tokens, st.integers(1, MAX_RAISE))


@given(st.lists(refusals, max_size=12), st.integers(1, 100_000))
def test_whatever_is_learned_the_bound_only_rises_and_stays_sane(
    taught: list[str], tokens: int
) -> None:
    adaptations: frozenset[str] = frozenset()
    for adaptation in taught:
        before = adapted_max_tokens(adaptations, tokens)
        adaptations = adapt(adaptations, adaptation, before)
        assert before <= adapted_max_tokens(adaptations, tokens) <= max(tokens, MAX_RAISE)
        assert len(adaptations) <= 3


@given(st.lists(st.sampled_from(["max_tokens ", ">= ", "9", "minimum ", "too small", "["])))
def test_whatever_a_refusal_says_its_figure_is_sane(words: list[str]) -> None:
    adaptation = token_bound_adaptation("".join(words))
    assert (
        adaptation is None
        or adapted_max_tokens(adapt(frozenset(), adaptation, 16), 16) <= MAX_RAISE
    )


@pytest.mark.parametrize(
    "unit", ["range ", "minimum ", ">= ", "9", "max_tokens", "higher the ", " "]
)
def test_the_longest_refusal_is_read_at_once(unit: str) -> None:
    assert_linear(
        lambda size: token_bound_adaptation("max_tokens" + (unit * size)[:size]), INPUT_LIMIT
    )
