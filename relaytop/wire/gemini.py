"""Gemini's API: `:generateContent`, streamed or not, and `/v1beta/models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from relaytop.wire.facts import Failure
from relaytop.wire.gemini_usage import PROMPT, read_gemini_usage
from relaytop.wire.json_document import object_in, objects_of, text_of, text_of_parts
from relaytop.wire.request import SYSTEM, join_url, key_header, system_text
from relaytop.wire.text import clean
from relaytop.wire.usage import read_usage
from relaytop.wire.wire_api import WireAPI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.facts import Usage
    from relaytop.wire.reply_state import ReplyState

PREFIX = "/v1beta"
_COLLECTIONS = ("models/", "tunedModels/")
_REPLY_KEYS = ("candidates", "usageMetadata", "promptFeedback")
_FINISH = "finishReason"
_METHODS = ("generateContent", "embedContent")
_ROLES = {"assistant": "model"}


class Gemini(WireAPI):
    """Builds requests of this API and reads its replies."""

    name = "gemini"
    body_key = "candidates"
    models_key = "models"
    end_marker = "finishReason"

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a target are sent; the key is never in the URL."""
        verb = ":streamGenerateContent?alt=sse" if target.stream else ":generateContent"
        return self.method_url(provider, target, verb)

    def method_url(self, provider: Provider, target: Target, verb: str) -> str:
        """Return where a method of a model is called: `:generateContent`."""
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
        """Return the name of a model; None for one that has none of the methods of probes."""
        name, methods = entry.get("name"), entry.get("supportedGenerationMethods")
        probed = not isinstance(methods, list) or any(method in methods for method in _METHODS)
        return name.removeprefix("models/") if isinstance(name, str) and probed else None

    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read `usageMetadata`, whose thoughts stand outside the candidates' tokens."""
        if isinstance(raw, dict) and PROMPT not in raw:
            return read_usage(raw, headers)  # a relay that did not translate it
        return read_gemini_usage(raw, headers)

    def is_reply_part(self, document: dict[str, Any]) -> bool:
        """Return whether a document has candidates, usage or feedback, and no error."""
        return any(key in document for key in _REPLY_KEYS) and not document.get("error")

    def apply_event(self, state: ReplyState, document: dict[str, Any], index: int) -> None:
        """Apply a chunk, or a whole reply: parts, finishReason, a blocked prompt."""
        state.failure = state.failure or _blocked_prompt(document)
        for candidate in objects_of(document.get("candidates")):
            content = candidate.get("content")
            state.apply_choice(candidate, _FINISH, content, index)
            state.texts.append(text_of_parts(object_in(candidate, "content").get("parts")))


def _blocked_prompt(document: Mapping[str, Any]) -> Failure | None:
    """Return the failure of a blocked prompt, which gets a 200 without candidates."""
    if document.get("candidates"):
        return None
    reason = object_in(document, "promptFeedback").get("blockReason")
    if not reason:
        return None
    return Failure("bad_request", f"the prompt was blocked: {clean(text_of(reason), 60)}")
