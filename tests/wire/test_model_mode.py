"""What a model is, as providers say it in their lists, and by its name where they do not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.settings import MODES
from relaytop.wire.apis import api_named
from relaytop.wire.facts import ModelList
from relaytop.wire.headers import lowered
from relaytop.wire.model_mode import mode_of_name, model_mode
from relaytop.wire.raw_reply import RawReply
from tests.wire.reading import JSON

ENTRIES: dict[str, tuple[dict[str, Any], str]] = {
    "litellm chat": ({"mode": "chat"}, "chat"),
    "litellm embedding": ({"mode": "embedding"}, "embeddings"),
    "litellm rerank": ({"mode": "rerank"}, "rerank"),
    "litellm responses": ({"mode": "responses"}, "responses"),
    "together": ({"type": "embedding"}, "embeddings"),
    "siliconflow": ({"sub_type": "reranker"}, "rerank"),
    "cohere": ({"endpoints": ["embed", "classify"]}, "embeddings"),
    "new-api embeddings": ({"supported_endpoint_types": ["embeddings"]}, "embeddings"),
    "ollama": ({"capabilities": ["embedding"]}, "embeddings"),
    "ollama chat": ({"capabilities": ["completion", "tools"]}, "chat"),
    "gemini": ({"supportedGenerationMethods": ["embedContent"]}, "embeddings"),
    "gemini chat": ({"supportedGenerationMethods": ["generateContent", "countTokens"]}, "chat"),
    "openrouter": ({"architecture": {"output_modalities": ["embeddings"]}}, "embeddings"),
    "openrouter text": ({"architecture": {"output_modalities": ["text"]}}, "chat"),
    "mistral": ({"capabilities": {"completion_chat": True, "vision": False}}, "chat"),
}


@pytest.mark.parametrize(("entry", "expected"), ENTRIES.values(), ids=ENTRIES)
def test_what_the_provider_says_counts(entry: dict[str, Any], expected: str) -> None:
    assert model_mode(entry, "some-model") == expected
    name = {"chat": "bge-reranker-v2", "rerank": "text-embedding-3"}.get(expected, "gpt-4.1")
    assert model_mode(entry, name) == expected


@pytest.mark.parametrize(
    ("types", "name", "expected"),
    [
        (["openai"], "gpt-4.1", "chat"),
        (["openai"], "text-embedding-3-small", "embeddings"),
        (["openai"], "bge-reranker-v2-m3", "rerank"),
        (["gemini", "openai"], "gemini-embedding-001", "embeddings"),
        (["anthropic", "openai"], "claude-sonnet-4.5", "chat"),
        (["openai", "openai-response"], "grok-4", "chat"),
        (["openai", "openai-response", "anthropic", "gemini"], "bge-m3", "embeddings"),
        (["openai-response"], "o3", "responses"),
        (["openai", "embeddings"], "mine", "embeddings"),
        (["jina-rerank"], "jina-embeddings-v3", "embeddings"),
        (["jina-rerank"], "jina-reranker-v2", "rerank"),
    ],
)
def test_new_api_says_openai_of_every_model(types: list[str], name: str, expected: str) -> None:
    assert model_mode({"supported_endpoint_types": types}, name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("text-embedding-3-small", "embeddings"),
        ("nvidia/nv-embedqa-e5-v5", "embeddings"),
        ("textembedding-gecko@003", "embeddings"),
        ("mistral-embed", "embeddings"),
        ("BAAI/bge-m3", "embeddings"),
        ("intfloat/multilingual-e5-large", "embeddings"),
        ("voyage-3", "embeddings"),
        ("nomic-embed-text", "embeddings"),
        ("amazon.titan-embed-text-v2:0", "embeddings"),
        ("Qwen/Qwen3-Embedding-8B", "embeddings"),
        ("BAAI/bge-reranker-v2-m3", "rerank"),
        ("rerank-v3.5", "rerank"),
        ("jina-reranker-v2-base-multilingual", "rerank"),
        ("Qwen/Qwen3-Reranker-8B", "rerank"),
        ("gpt-5-pro", "responses"),
        ("gpt-5-codex", "responses"),
        ("openai/o3-pro", "responses"),
        ("codex-mini-latest", "responses"),
        ("gpt-5", "chat"),
        ("gpt-4.1", "chat"),
        ("claude-sonnet-4.5", "chat"),
        ("deepseek-v3.2", "chat"),
        ("embeddable-chat", "chat"),
    ],
)
def test_by_its_name(name: str, expected: str) -> None:
    assert mode_of_name(name) == expected


def test_a_list_has_the_modes_that_its_api_knows() -> None:
    body = b'{"data": [{"id": "bge-m3"}, {"id": "gpt-4.1"}, {"id": "rerank-v3.5"}]}'
    raw = RawReply(status=200, headers=lowered(JSON), chunks=[body])
    found = api_named("openai").read_models(raw)
    assert isinstance(found, ModelList)
    assert found.modes == {"bge-m3": "embeddings", "rerank-v3.5": "rerank"}
    azure = api_named("azure").read_models(raw)
    assert isinstance(azure, ModelList)
    assert azure.modes == {"bge-m3": "embeddings"}


@given(
    st.dictionaries(
        st.sampled_from(["mode", "type", "endpoints", "architecture", "capabilities", "id"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=60),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
            max_leaves=6,
        ),
    ),
    st.text(max_size=300),
)
def test_any_entry_has_a_mode(entry: dict[str, Any], name: str) -> None:
    assert model_mode(entry, name) in MODES
