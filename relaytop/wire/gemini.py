"""Gemini's API: `:generateContent`, streamed or not, and `/v1beta/models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from relaytop.wire.chat import ChatAPI
from relaytop.wire.facts import Failure, Usage
from relaytop.wire.json_document import object_in, objects_of, text_of, text_of_parts
from relaytop.wire.numbers import token_count
from relaytop.wire.request import SYSTEM, join_url, key_header, system_text
from relaytop.wire.text import clean
from relaytop.wire.usage import read_cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.streamed import StreamState

PREFIX = "/v1beta"
_COLLECTIONS = ("models/", "tunedModels/")
_REPLY_KEYS = ("candidates", "usageMetadata", "promptFeedback")
_TOKEN_KEYS = ("text", "functionCall", "executableCode")
_ROLES = {"assistant": "model"}


class Gemini(ChatAPI):
    """Builds requests of this API and reads its replies."""

    name = "gemini"
    body_key = "candidates"
    usage_key = "usageMetadata"
    models_key = "models"
    end_marker = "finishReason"

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a target are sent; the key is never in the URL."""
        verb = ":streamGenerateContent?alt=sse" if target.stream else ":generateContent"
        model = target.model if target.model.startswith(_COLLECTIONS) else f"models/{target.model}"
        return join_url(provider.base_url, PREFIX, f"/{quote(model)}{verb}")

    def models_url(self, provider: Provider) -> str:
        """Return where models are listed."""
        return join_url(provider.base_url, PREFIX, "/models?pageSize=1000")

    def own_headers(self, provider: Provider) -> dict[str, str]:
        """Return the header that carries the key."""
        return key_header(provider, "x-goog-api-key")

    def body(self, target: Target, adaptations: frozenset[str]) -> dict[str, Any]:
        """Return the document of a probe's request."""
        del adaptations
        contents = [
            {"role": _ROLES.get(role, role), "parts": [{"text": text}]}
            for role, text in target.request_messages
            if role != SYSTEM
        ]
        config = {"maxOutputTokens": target.max_tokens}
        body: dict[str, Any] = {"contents": contents, "generationConfig": config}
        system = system_text(target)
        if system is not None:
            body["systemInstruction"] = {"parts": [{"text": system}]}
        return body

    def model_id(self, entry: dict[str, Any]) -> object:
        """Return the name of a model; None for one that cannot generate content."""
        name, methods = entry.get("name"), entry.get("supportedGenerationMethods")
        generates = not isinstance(methods, list) or "generateContent" in methods
        return name.removeprefix("models/") if isinstance(name, str) and generates else None

    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read `usageMetadata`, whose thoughts stand outside the candidates' tokens."""
        cost = read_cost(raw, headers)
        if not isinstance(raw, dict):
            return Usage(cost_usd=cost)
        counts = [raw.get(name) for name in ("candidatesTokenCount", "thoughtsTokenCount")]
        known = [token_count(count) for count in counts if count is not None]
        output = [count for count in known if count is not None]
        return Usage(
            input_tokens=token_count(raw.get("promptTokenCount")),
            # Unknown where both are missing, or one is absurd.
            output_tokens=sum(output) if known and len(output) == len(known) else None,
            cached_tokens=token_count(raw.get("cachedContentTokenCount")),
            reasoning_tokens=token_count(raw.get("thoughtsTokenCount")),
            cost_usd=cost,
        )

    def text(self, document: Mapping[str, Any]) -> str:
        """Return the text of the candidates' parts."""
        contents = (object_in(each, "content") for each in objects_of(document.get("candidates")))
        return "".join(text_of_parts(content.get("parts")) for content in contents)

    def is_reply_part(self, document: dict[str, Any]) -> bool:
        """Return whether a document has candidates, usage or feedback, and no error."""
        return any(key in document for key in _REPLY_KEYS) and not document.get("error")

    def apply_event(self, state: StreamState, document: dict[str, Any], index: int) -> None:
        """Apply a chunk: parts, finishReason, and the usage so far."""
        if isinstance(document.get("usageMetadata"), dict):
            state.usage = document["usageMetadata"]
        state.failure = state.failure or self.refusal(document)
        candidates = document.get("candidates")
        for candidate in candidates if isinstance(candidates, list) else ():
            if not isinstance(candidate, dict):
                continue
            if candidate.get("finishReason"):
                state.finished = True
            content = candidate.get("content")
            if isinstance(content, dict):
                if state.first_token is None and _has_tokens(content.get("parts")):
                    state.first_token = index
                state.texts.append(text_of_parts(content.get("parts")))

    def refusal(self, document: Mapping[str, Any]) -> Failure | None:
        """Return the failure of a blocked prompt, which gets a 200 without candidates."""
        if document.get("candidates"):
            return None
        reason = object_in(document, "promptFeedback").get("blockReason")
        if not reason:
            return None
        return Failure("bad_request", f"the prompt was blocked: {clean(text_of(reason), 60)}")


def _has_tokens(parts: object) -> bool:
    """Return whether a candidate's parts hold text, a thought or a call."""
    return any(part.get(key) for part in objects_of(parts) for key in _TOKEN_KEYS)
