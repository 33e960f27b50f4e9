"""Gemini's API: `:generateContent`, whole or streamed, and `/v1beta/models`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from relaytop.wire.chat import ChatAPI
from relaytop.wire.error_body import words_of
from relaytop.wire.facts import Failure, Request, Usage
from relaytop.wire.numbers import token_count
from relaytop.wire.request import (
    DOCUMENT,
    STREAM,
    SYSTEM,
    below,
    headers_for,
    key_header,
    system_of,
)
from relaytop.wire.text import clean
from relaytop.wire.text_parts import said_in
from relaytop.wire.usage import read_cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.streamed import Heard

PREFIX = "/v1beta"
_COLLECTIONS = ("models/", "tunedModels/")
_PARTS = ("candidates", "usageMetadata", "promptFeedback")
_SPOKEN = ("text", "functionCall", "executableCode")
_ROLES = {"assistant": "model"}


class Gemini(ChatAPI):
    """Builds requests of this API and reads its replies."""

    name = "gemini"
    body_key = "candidates"
    ending = "finishReason"

    def build(self, target: Target, provider: Provider, learned: frozenset[str]) -> Request:
        """Build one probe's request; the key is never in the URL. See `ChatAPI.build`."""
        del learned
        body: dict[str, Any] = {
            "contents": [
                {"role": _ROLES.get(role, role), "parts": [{"text": words}]}
                for role, words in target.request_messages
                if role != SYSTEM
            ],
            "generationConfig": {"maxOutputTokens": target.max_tokens},
        }
        system = system_of(target)
        if system is not None:
            body["systemInstruction"] = {"parts": [{"text": system}]}
        verb = ":streamGenerateContent?alt=sse" if target.stream else ":generateContent"
        model = target.model if target.model.startswith(_COLLECTIONS) else f"models/{target.model}"
        headers = headers_for(
            provider, _own(provider), accept=STREAM if target.stream else DOCUMENT, body=True
        )
        content = json.dumps(body, separators=(",", ":")).encode()
        url = below(provider.base_url, PREFIX, f"/{quote(model)}{verb}")
        return Request("POST", url, headers, content)

    def models_request(self, provider: Provider) -> Request:
        """Build the request for what a provider offers."""
        url = below(provider.base_url, PREFIX, "/models?pageSize=1000")
        return Request("GET", url, headers_for(provider, _own(provider)), b"")

    def offered(self, document: object) -> Iterable[object] | None:
        """Return the names of the models that can generate content."""
        entries = document.get("models") if isinstance(document, dict) else None
        if not isinstance(entries, list):
            return None
        return (
            entry["name"].removeprefix("models/")
            for entry in entries
            if isinstance(entry, dict)
            and isinstance(entry.get("name"), str)
            and _speaks_at_all(entry)
        )

    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read `usageMetadata`, whose thoughts stand outside the candidates' tokens."""
        cost = read_cost(raw, headers)
        if not isinstance(raw, dict):
            return Usage(cost_usd=cost)
        said, thought = (
            None if raw.get(name) is None else token_count(raw[name])
            for name in ("candidatesTokenCount", "thoughtsTokenCount")
        )
        absurd = any(
            raw.get(name) is not None and count is None
            for name, count in (("candidatesTokenCount", said), ("thoughtsTokenCount", thought))
        )
        unknown = absurd or (said is None and thought is None)
        return Usage(
            input_tokens=token_count(raw.get("promptTokenCount")),
            output_tokens=None if unknown else (said or 0) + (thought or 0),
            cached_tokens=token_count(raw.get("cachedContentTokenCount")),
            reasoning_tokens=thought,
            cost_usd=cost,
        )

    def whole_usage(self, document: Mapping[str, Any]) -> object:
        """Return `usageMetadata`."""
        return document.get("usageMetadata")

    def whole_text(self, document: Mapping[str, Any]) -> str:
        """Return the text of the candidates' parts."""
        candidates = document.get("candidates")
        contents = [
            candidate.get("content")
            for candidate in (candidates if isinstance(candidates, list) else ())
            if isinstance(candidate, dict)
        ]
        return "".join(said_in(c.get("parts")) for c in contents if isinstance(c, dict))

    def knows(self, document: dict[str, Any]) -> bool:
        """A part of a reply has candidates, usage or feedback, and no error."""
        return any(name in document for name in _PARTS) and not document.get("error")

    def hear(self, heard: Heard, document: dict[str, Any], index: int) -> None:
        """Take a chunk: parts, finishReason, and the usage so far."""
        if isinstance(document.get("usageMetadata"), dict):
            heard.usage = document["usageMetadata"]
        heard.failure = heard.failure or self.refused(document)
        candidates = document.get("candidates")
        for candidate in candidates if isinstance(candidates, list) else ():
            if not isinstance(candidate, dict):
                continue
            if candidate.get("finishReason"):
                heard.finished = True
            content = candidate.get("content")
            if isinstance(content, dict):
                if heard.first_token is None and _speaks(content):
                    heard.first_token = index
                heard.said.append(said_in(content.get("parts")))

    def refused(self, document: Mapping[str, Any]) -> Failure | None:
        """A prompt that is blocked gets a 200 without candidates."""
        feedback = document.get("promptFeedback")
        reason = feedback.get("blockReason") if isinstance(feedback, dict) else None
        if not reason or document.get("candidates"):
            return None
        return Failure("bad_request", f"the prompt was blocked: {clean(words_of(reason), 60)}")


def _own(provider: Provider) -> dict[str, str]:
    return key_header(provider, "x-goog-api-key")


def _speaks_at_all(entry: Mapping[str, Any]) -> bool:
    methods = entry.get("supportedGenerationMethods")
    return not isinstance(methods, list) or "generateContent" in methods


def _speaks(content: Mapping[str, Any]) -> bool:
    """Whether a candidate's content holds text, a thought or a call."""
    parts = content.get("parts")
    return isinstance(parts, list) and any(
        isinstance(part, dict) and any(part.get(name) for name in _SPOKEN) for part in parts
    )
