"""The OpenAI-compatible API: `/chat/completions`, whole or streamed, and `/models`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from relaytop.wire.adaptations import MAX_COMPLETION_TOKENS, NO_STREAM_OPTIONS, bound, lesson_in
from relaytop.wire.chat import ChatAPI
from relaytop.wire.error_body import message_of, words_of
from relaytop.wire.facts import Request, Usage
from relaytop.wire.request import DOCUMENT, STREAM, headers_for, key_header
from relaytop.wire.text import INPUT_LIMIT
from relaytop.wire.text_parts import said_in
from relaytop.wire.usage import read_usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.streamed import Heard

_SPOKEN = ("content", "reasoning_content", "reasoning", "tool_calls", "refusal")
BAD_REQUESTS = frozenset({400, 422})


class OpenAI(ChatAPI):
    """Builds requests of this API and reads its replies."""

    name = "openai"
    body_key = "choices"
    ending = "finish_reason or [DONE]"

    def build(self, target: Target, provider: Provider, learned: frozenset[str]) -> Request:
        """Build one probe's request; see `ChatAPI.build`."""
        limit = MAX_COMPLETION_TOKENS if MAX_COMPLETION_TOKENS in learned else "max_tokens"
        body: dict[str, Any] = {
            "model": target.model,
            "messages": [{"role": role, "content": text} for role, text in target.request_messages],
            limit: bound(learned, target.max_tokens),
            "stream": target.stream,
        }
        if target.stream and NO_STREAM_OPTIONS not in learned:
            body["stream_options"] = {"include_usage": True}
        headers = headers_for(
            provider,
            self.key_header(provider),
            accept=STREAM if target.stream else DOCUMENT,
            body=True,
        )
        # ASCII alone: a command line may hand over text that UTF-8 cannot say.
        content = json.dumps(body, separators=(",", ":")).encode()
        return Request("POST", self.url(provider, target.model), headers, content)

    def url(self, provider: Provider, model: str) -> str:
        """Return where probes of a model go."""
        del model
        return f"{provider.base_url}/chat/completions"

    def key_header(self, provider: Provider) -> dict[str, str]:
        """Return the header that carries the key."""
        return key_header(provider, "Authorization", "Bearer {}")

    def models_request(self, provider: Provider) -> Request:
        """Build the request for what a provider offers."""
        headers = headers_for(provider, self.key_header(provider))
        return Request("GET", f"{provider.base_url}/models", headers, b"")

    def offered(self, document: object) -> Iterable[object] | None:
        """Return the ids in `data`, or in a bare list."""
        entries = document.get("data") if isinstance(document, dict) else document
        if not isinstance(entries, list):
            return None
        return (entry.get("id") for entry in entries if isinstance(entry, dict))

    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read a `usage` object and LiteLLM's cost header."""
        return read_usage(raw, headers)

    def whole_usage(self, document: Mapping[str, Any]) -> object:
        """Return `usage`."""
        return document.get("usage")

    def whole_text(self, document: Mapping[str, Any]) -> str:
        """Return the content of the choices' messages."""
        choices = document.get("choices")
        messages = [
            choice.get("message")
            for choice in (choices if isinstance(choices, list) else ())
            if isinstance(choice, dict)
        ]
        return "".join(said_in(m.get("content")) for m in messages if isinstance(m, dict))

    def knows(self, document: dict[str, Any]) -> bool:
        """A part of a reply has choices and no error."""
        return "choices" in document and not document.get("error")

    def hear(self, heard: Heard, document: dict[str, Any], index: int) -> None:
        """Take a chunk: role, content, finish_reason, usage."""
        if isinstance(document.get("usage"), dict):
            heard.usage = document["usage"]
        choices = document.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if not isinstance(choice, dict):
                continue
            if choice.get("finish_reason"):
                heard.finished = True
            delta = choice.get("delta")
            if isinstance(delta, dict):
                if heard.first_token is None and _speaks(delta):
                    heard.first_token = index
                heard.said.append(said_in(delta.get("content")))

    def learned(self, status: int, error: Mapping[str, Any]) -> str | None:
        """Newer models refuse `max_tokens`, or a small one, and some relays `stream_options`."""
        if status not in BAD_REQUESTS:
            return None
        param = words_of(error.get("param"))
        words = f"{message_of(error)[:INPUT_LIMIT]} {param[:INPUT_LIMIT]}".lower()
        if error.get("code") == "unsupported_parameter" and param == "max_tokens":
            return MAX_COMPLETION_TOKENS
        lesson = lesson_in(words)
        if lesson is None and MAX_COMPLETION_TOKENS in words:
            return MAX_COMPLETION_TOKENS
        return NO_STREAM_OPTIONS if lesson is None and "stream_options" in words else lesson


def _speaks(delta: Mapping[str, Any]) -> bool:
    """Whether a delta carries content, reasoning or a tool call, and not the role alone."""
    return any(delta.get(name) for name in _SPOKEN)
