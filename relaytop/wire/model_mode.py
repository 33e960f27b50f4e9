"""The mode in which a model can be probed, by what its provider or its name says of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from relaytop.wire.json_document import object_in, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_WORD = 40
_WORDS = {
    "embedding": "embeddings",
    "embeddings": "embeddings",
    "embed": "embeddings",
    "embedcontent": "embeddings",
    "text-embedding": "embeddings",
    "feature-extraction": "embeddings",
    "rerank": "rerank",
    "reranker": "rerank",
    "reranking": "rerank",
    "responses": "responses",
    "openai-response": "responses",
}
"""The words of providers → the mode; whatever else they say is chat, or cannot be probed."""
_CHAT = frozenset(
    {
        "chat",
        "completion",
        "completions",
        "text-generation",
        "text",
        "language",
        "llm",
        "generate",
        "generatecontent",
        "completion_chat",
    }
)
_WHOLE_APIS = frozenset({"openai", "anthropic", "gemini"})
"""New-api's words for the APIs of a channel, which it says of embeddings and rerankers too."""
_FIELDS = (
    "mode",  # LiteLLM
    "type",  # Together, Fireworks
    "model_type",
    "task",
    "sub_type",  # SiliconFlow
    "endpoints",  # Cohere
    "supported_endpoint_types",  # new-api
    "supportedGenerationMethods",  # Gemini
    "capabilities",  # Ollama, llama.cpp
)
_RERANK_NAME = re.compile(r"(?:^|[^a-z])re-?rank")
_EMBEDDING_NAME = re.compile(
    r"(?:^|[^a-z]|^text)embed(?:ding|qa|code)?s?(?![a-z])|(?:^|/)(?:bge|gte|e5|multilingual-e5|voyage|minilm"
    r"|all-minilm|all-mpnet|jina-clip|m3e|bce)-|nomic-embed|titan-embed"
)
_RESPONSES_NAME = re.compile(
    r"(?:^|/)(?:o1-pro|o3-pro|o3-deep-research|o4-mini-deep-research|gpt-5(?:\.\d+)?-(?:pro|codex)"
    r"|codex-|computer-use-preview)"
)


def model_mode(entry: Mapping[str, Any], model: str) -> str:
    """Return the mode of a model in a provider's list.

    What the provider says of it counts, and where that is nothing, its name.

    Args:
        entry: The list's entry, whatever the provider puts into it.
        model: Its id.
    """
    said = list(_said(entry))
    if any(word in _CHAT for word in said):
        return "chat"
    found = [_WORDS[word] for word in said if word in _WORDS]
    if any(word in _WHOLE_APIS for word in said):
        found = [mode for mode in found if mode != "responses"]
    return found[0] if found else mode_of_name(model)


def mode_of_name(model: str) -> str:
    """Return the mode of a model by its name alone."""
    name = model[: 4 * MAX_WORD].lower()
    if _RERANK_NAME.search(name):
        return "rerank"
    if _EMBEDDING_NAME.search(name):
        return "embeddings"
    return "responses" if _RESPONSES_NAME.search(name) else "chat"


def _said(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield the words that say what a model is, in lower case."""
    for field in _FIELDS:
        yield from _words(entry.get(field))
    # OpenRouter: what comes out is text, or a vector.
    yield from _words(object_in(entry, "architecture").get("output_modalities"))
    # Mistral: what it can do, each true or false.
    yield from (
        text_of(name)[:MAX_WORD].lower()
        for name, value in object_in(entry, "capabilities").items()
        if value is True
    )


def _words(value: object) -> Iterable[str]:
    values = value if isinstance(value, list) else [value]
    return [each[:MAX_WORD].strip().lower() for each in values if isinstance(each, str)]
