import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.facts import NOT_DECLARED, Served
from relaytop.wire.served import MAX_NAME, compare_models, declared_in, read_served
from tests.support.server import DONE, event
from tests.wire.reading import JSON, SSE, read, reader

FALLBACK = [
    (b"x-litellm-model-id", b"dep-mini"),
    (b"x-litellm-attempted-retries", b"0"),
    (b"x-litellm-attempted-fallbacks", b"1"),
]


def test_a_fallback_inside_litellm() -> None:
    chunk = {"model": "gpt-4.1-mini", "choices": [{"delta": {"content": "Po"}}]}
    last = {"model": "gpt-4.1-mini", "choices": [{"delta": {}, "finish_reason": "stop"}]}
    reply = read([event(chunk), event(last), DONE], headers=[*SSE, *FALLBACK])
    assert reply.served == Served("gpt-4.1-mini", None, None, "dep-mini", 0, 1)
    assert compare_models("gpt-4.1", reply.served.model) == "different"


def test_the_relays_own_work_is_known_of_a_failure_too() -> None:
    served = read([b"{}"], status=500, headers=[*JSON, *FALLBACK]).served
    assert served == Served(deployment="dep-mini", retries=0, fallbacks=1)


def test_each_apis_place() -> None:
    choice = {"message": {"content": "x"}, "finish_reason": "stop"}
    openai = {"model": "m", "system_fingerprint": "fp_1", "provider": "P", "choices": [choice]}
    assert read([json.dumps(openai).encode()], headers=JSON).served == Served("m", "fp_1", "P")
    start = {"type": "message_start", "message": {"model": "claude-x", "content": []}}
    assert reader("anthropic")([event(start)]).served.model == "claude-x"
    whole = {"type": "message", "model": "claude-x", "content": [], "stop_reason": "max_tokens"}
    assert (
        reader("anthropic")([json.dumps(whole).encode()], headers=JSON).served.model == "claude-x"
    )
    gemini = {"candidates": [{"finishReason": "MAX_TOKENS"}], "modelVersion": "gemini-x"}
    assert reader("gemini")([event(gemini)]).served.model == "gemini-x"


def test_the_first_chunk_that_names_a_model_counts() -> None:
    parts = [{"choices": [], "model": ""}, {"choices": [], "model": "a"}, {"model": "b"}]
    assert read([event(part) for part in parts]).served.model == "a"


@pytest.mark.parametrize(
    ("headers", "served"),
    [
        ({"x-portkey-retry-attempt-count": "2"}, Served(retries=2)),
        ({"x-portkey-retry-attempt-count": "-1"}, NOT_DECLARED),
        ({"x-litellm-attempted-retries": "many"}, NOT_DECLARED),
        ({"x-litellm-attempted-fallbacks": "1e9"}, NOT_DECLARED),
        ({"cf-aig-step": "1"}, Served(fallbacks=1)),
        ({"x-portkey-provider": "openai"}, Served(provider="openai")),
        ({"x-litellm-model-id": "\x1b[31m"}, NOT_DECLARED),
        ({}, NOT_DECLARED),
    ],
)
def test_each_header(headers: dict[str, str], served: Served) -> None:
    assert read_served({}, headers) == served


def test_names_are_safe_to_show() -> None:
    declared = {"model": "m\x1b[31m\u202e sk-abcdefghijkl", "provider": "p" * 500}
    served = read_served(declared, {}, ["sk-abcdefghijkl"])
    assert served.model == "m [key hidden]"
    assert len(served.provider or "") == MAX_NAME


SAME = [("gpt-4.1", "gpt-4.1"), ("GPT-4.1", "gpt-4.1"), ("org/m", " org/m ")]
VARIANTS = [
    ("gpt-4.1", "gpt-4.1-2025-04-14"),
    ("gpt-4o", "gpt-4o-2024-08-06"),
    ("gpt-4", "gpt-4-0613"),
    ("gpt-4-1106-preview", "gpt-4"),
    ("openai/gpt-4.1", "gpt-4.1-2025-04-14"),
    ("gpt-4.1", "azure/gpt-4.1"),
    ("models/gemini-2.5-flash", "gemini-2.5-flash"),
    ("gemini-2.5-flash", "gemini-2.5-flash-001"),
    ("gemini-2.5-pro", "gemini-2.5-pro-preview-05-06"),
    ("gemini-2.0-flash", "gemini-2.0-flash-exp"),
    ("gemini-2.5-flash-preview-09-2025", "gemini-2.5-flash"),
    ("claude-sonnet-4.5", "claude-sonnet-4-5-20250929"),
    ("claude-sonnet-4-5", "claude-sonnet-4-5@20250929"),
    ("anthropic/claude-sonnet-4.5", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("claude-3.5-sonnet", "claude-3-5-sonnet-20241022"),
    ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
    ("anthropic/claude-4.5-sonnet", "claude-sonnet-4-5"),
    ("claude-opus-4-1", "claude-opus-4-1-20250805"),
    ("mistral-large-latest", "mistral-large-2411"),
    ("deepseek/deepseek-r1:free", "deepseek/deepseek-r1"),
    ("deepseek-ai/DeepSeek-V3", "deepseek/deepseek-v3"),
    ("deepseek/deepseek-chat-v3", "deepseek/deepseek-chat-v3-0324"),
    ("llama3", "llama3:latest"),
    ("accounts/fireworks/models/llama-v3p1-8b", "llama-v3p1-8b"),
    ("@cf/meta/llama-3.1-8b-instruct", "llama-3.1-8b-instruct"),
    ("grok-4", "grok-4-0709"),
]
DIFFERENT = [
    ("gpt-4.1", "gpt-4.1-mini"),
    ("gpt-4.1-mini", "gpt-4.1-nano"),
    ("gpt-4", "gpt-4.1"),
    ("gpt-4", "gpt-4o"),
    ("gpt-4", "gpt-4-turbo"),
    ("gpt-4-32k", "gpt-4"),
    ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
    ("gpt-5", "gpt-5-codex"),
    ("o1", "o1-mini"),
    ("o3", "o3-pro"),
    ("claude-sonnet-4", "claude-sonnet-4-5-20250929"),
    ("claude-sonnet-4-5", "claude-haiku-4-5"),
    ("claude-opus-4.1", "claude-opus-4.5"),
    ("gemini-2.5-flash", "gemini-2.5-flash-lite"),
    ("gemini-2.5-pro", "gemini-2.5-flash"),
    ("deepseek-v3", "deepseek-v2"),
    ("deepseek-v3", "deepseek-v3.2"),
    ("deepseek-chat", "deepseek-reasoner"),
    ("llama3:8b", "llama3:70b"),
    ("llama-3.1-8b", "llama-3.1-70b"),
    ("qwen2.5-72b-instruct", "qwen2.5-7b-instruct"),
    ("ft:gpt-4o:acme::1", "gpt-4o"),
    ("m", "n"),
]


@pytest.mark.parametrize(("asked", "served"), SAME)
def test_the_same_model(asked: str, served: str) -> None:
    assert compare_models(asked, served) == "same"


@pytest.mark.parametrize(("asked", "served"), VARIANTS)
def test_a_variant_either_way(asked: str, served: str) -> None:
    assert compare_models(asked, served) == "variant"
    assert compare_models(served, asked) == "variant"


@pytest.mark.parametrize(("asked", "served"), DIFFERENT)
def test_another_model_either_way(asked: str, served: str) -> None:
    assert compare_models(asked, served) == "different"
    assert compare_models(served, asked) == "different"


@pytest.mark.parametrize("served", [None, "", "  "])
def test_a_reply_that_names_no_model(served: str | None) -> None:
    assert compare_models("m", served) == "undeclared"


words = st.sampled_from(["gpt", "4", ".1", "-", "/", ":", "mini", "2025-04-14", "0613", "v1", "@"])
models = st.lists(words).map("".join) | st.text(max_size=30)


@given(models, models)
def test_any_two_names_are_compared_either_way(asked: str, served: str) -> None:
    found = compare_models(asked, served)
    assert found in {"same", "variant", "different", "undeclared"}
    if asked.strip() and served.strip():
        assert compare_models(served, asked) == found
        assert compare_models(asked, asked) == "same"


@given(
    st.dictionaries(
        st.sampled_from(["model", "provider", "system_fingerprint", "modelVersion", "message"]),
        st.none() | st.integers() | st.text() | st.dictionaries(st.just("model"), st.text()),
    ),
    st.dictionaries(
        st.sampled_from(["x-litellm-model-id", "x-litellm-attempted-retries", "cf-aig-step"]),
        st.text() | st.integers().map(str),
    ),
)
def test_whatever_comes_is_bounded(document: dict[str, object], headers: dict[str, str]) -> None:
    served = read_served(declared_in(document), headers)
    for name in (served.model, served.fingerprint, served.provider, served.deployment):
        assert name is None or (name.isprintable() and 0 < len(name) <= MAX_NAME)
    for count in (served.retries, served.fallbacks):
        assert count is None or 0 <= count <= 1000


@pytest.mark.parametrize("asked", ["auto", "openrouter/auto", "model-router", "x/auto-router"])
def test_what_a_router_chose_is_what_was_asked_for(asked: str) -> None:
    assert compare_models(asked, "gpt-4o") == "variant"
