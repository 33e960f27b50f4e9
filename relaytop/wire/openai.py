"""The OpenAI-compatible API: `/chat/completions`, streamed or not, and `/models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.wire.adaptations import (
    MAX_COMPLETION_TOKENS,
    NO_STREAM_OPTIONS,
    adapted_max_tokens,
    token_bound_adaptation,
)
from relaytop.wire.error_body import error_of, message_of
from relaytop.wire.failure import classify_error
from relaytop.wire.json_document import object_in, objects_of, text_of, text_of_parts
from relaytop.wire.request import key_header
from relaytop.wire.text import INPUT_LIMIT
from relaytop.wire.usage import read_usage
from relaytop.wire.wire_api import OK, WireAPI

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.facts import Usage
    from relaytop.wire.reply_state import ReplyState

_FINISH = "finish_reason"
BAD_REQUESTS = frozenset({400, 422})


class OpenAI(WireAPI):
    """Builds requests of this API and reads its replies."""

    name = "openai"
    body_key = "choices"
    end_marker = "finish_reason or [DONE]"

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a target are sent."""
        del target
        return f"{provider.base_url}/chat/completions"

    def models_url(self, provider: Provider) -> str:
        """Return where models are listed."""
        return f"{provider.base_url}/models"

    def own_headers(self, provider: Provider) -> dict[str, str]:
        """Return the header that carries the key."""
        return key_header(provider, "Authorization", "Bearer {}")

    def body(self, target: Target, adaptations: frozenset[str]) -> dict[str, Any]:
        """Return the document of a probe's request."""
        renamed = MAX_COMPLETION_TOKENS in adaptations
        body: dict[str, Any] = {
            "model": target.model,
            "messages": [{"role": role, "content": text} for role, text in target.request_messages],
            MAX_COMPLETION_TOKENS if renamed else "max_tokens": adapted_max_tokens(
                adaptations, target.max_tokens
            ),
            "stream": target.stream,
        }
        if target.stream and NO_STREAM_OPTIONS not in adaptations:
            body["stream_options"] = {"include_usage": True}
        return body

    def model_entries(self, document: object) -> Iterator[tuple[object, dict[str, Any]]] | None:
        """Return the entries of `data`, or of a bare list."""
        whole = {"data": document} if isinstance(document, list) else document
        return super().model_entries(whole)

    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read a `usage` object and LiteLLM's cost header."""
        return read_usage(raw, headers)

    def is_reply_part(self, document: dict[str, Any]) -> bool:
        """Return whether a document has choices and no error."""
        if "choices" not in document or document.get("error") or document.get("errors"):
            return False
        if document["choices"] or document.get("usage"):
            return True
        # Some relays' errors have the empty choices of a reply.
        error = error_of(document)
        return error is None or not classify_error(error, OK, (), default="").error_class

    def apply_event(self, state: ReplyState, document: dict[str, Any], index: int) -> None:
        """Apply the choices of a chunk, or of a whole reply."""
        for choice in objects_of(document.get("choices")):
            delta, message = choice.get("delta"), choice.get("message")
            state.apply_choice(choice, _FINISH, [delta, message, choice.get("text")], index)
            content = object_in(choice, "delta").get("content")
            if not content and not state.texts:
                # In one document; and at the end of some servers' streams, all of it again.
                content = object_in(choice, "message").get("content")
            state.texts += [text] if (text := text_of_parts(content)) else []

    def adaptation(self, status: int, error: Mapping[str, Any]) -> str | None:
        """Return the parameter to change: a refused `max_tokens`, or relays' `stream_options`."""
        if status not in BAD_REQUESTS:
            return None
        param = text_of(error.get("param"))
        message = f"{message_of(error)[:INPUT_LIMIT]} {param[:INPUT_LIMIT]}".lower()
        if error.get("code") == "unsupported_parameter" and param == "max_tokens":
            return MAX_COMPLETION_TOKENS
        found = token_bound_adaptation(message)
        if found is None and MAX_COMPLETION_TOKENS in message:
            return MAX_COMPLETION_TOKENS
        return NO_STREAM_OPTIONS if found is None and "stream_options" in message else found
