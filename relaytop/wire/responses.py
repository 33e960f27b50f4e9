"""OpenAI's Responses API: `/responses`, streamed as typed events or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.wire.adaptations import NO_STORE, adapted_max_tokens, token_bound_adaptation
from relaytop.wire.error_body import error_of, message_of
from relaytop.wire.facts import Failure
from relaytop.wire.json_document import object_in, objects_of, text_of, text_of_parts
from relaytop.wire.openai import BAD_REQUESTS, OpenAI
from relaytop.wire.text import INPUT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.facts import Usage
    from relaytop.wire.reply_state import ReplyState

_PREFIX = "response."
_OBJECT = "response"
_ENDS = ("response.completed", "response.incomplete")
_FAILED = ("response.failed", "response.cancelled", "error")
_DELTA, _DONE = ".delta", ".done"
_UNFINISHED = frozenset({"in_progress", "queued"})
"""The states of a response that goes on without us."""
_ENCODED = ("audio", "image", "obfuscation")
"""In the type of a delta that is no text."""
_FINISH = "finish_reason"


class Responses(OpenAI):
    """Builds requests of this API and reads its replies."""

    mode = "responses"
    body_key = "output"
    may_be_empty = True
    ends_on_done = False
    end_marker = "response.completed, .incomplete or .failed"

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a target are sent."""
        del target
        return f"{provider.base_url}/responses"

    def body(self, target: Target, adaptations: frozenset[str]) -> dict[str, Any]:
        """Return the document of a probe's request; the server is asked to keep nothing of it."""
        body: dict[str, Any] = {
            "model": target.model,
            "input": [{"role": role, "content": text} for role, text in target.request_messages],
            "max_output_tokens": adapted_max_tokens(adaptations, target.max_tokens),
            "stream": target.stream,
        }
        return body if NO_STORE in adaptations else {**body, "store": False}

    def adaptation(self, status: int, error: Mapping[str, Any]) -> str | None:
        """Return the parameter to change: a bound that is too small, or a refused `store`."""
        if status not in BAD_REQUESTS:
            return None
        param = text_of(error.get("param"))
        message = f"{message_of(error)[:INPUT_LIMIT]} {param[:INPUT_LIMIT]}".lower()
        found = token_bound_adaptation(message)
        return NO_STORE if found is None and (param == "store" or "'store'" in message) else found

    def document_failure(
        self, document: object, state: ReplyState, usage: Usage, secrets: Sequence[str]
    ) -> Failure | None:
        """Return the failure of a response without an error; None where it has ended well."""
        status = document.get("status") if isinstance(document, dict) else None
        if isinstance(status, str) and status in _UNFINISHED:
            return Failure("truncated", f"the response is {status} still")
        return super().document_failure(document, state, usage, secrets)

    def is_reply_part(self, document: dict[str, Any]) -> bool:
        """Return whether a document is a response, or an event of one, and no error."""
        kind = document.get("type")
        if isinstance(kind, str) and kind.startswith(_PREFIX):
            return kind not in _FAILED
        return _is_response(document) and not _has_failed(document)

    def error_in(self, document: object) -> dict[str, Any] | None:
        """Return the error of a document in one form; None where it has none."""
        if isinstance(document, dict):
            kind = document.get("type")
            held = object_in(document, _OBJECT) if kind in _FAILED else document
            if kind in _FAILED or (_is_response(document) and _has_failed(document)):
                return (
                    error_of({"error": held.get("error")})
                    or error_of(document)
                    or {"message": f"the response ended as {text_of(held.get('status')) or kind}"}
                )
        return super().error_in(document)

    def apply_event(self, state: ReplyState, document: dict[str, Any], index: int) -> None:
        """Apply an event, or a whole response: deltas, its end."""
        kind = text_of(document.get("type"))
        if kind.endswith(_DELTA):
            _apply_delta(state, kind, document.get("delta"), index)
        elif kind.endswith(_DONE) and state.first_token is None:
            # A relay that sends no deltas: each part comes whole.
            name = "reasoning" if "reasoning" in kind else "output_text"
            whole = {"type": name, "text": document.get("text")}
            part = object_in(document, "item") or object_in(document, "part") or whole
            _apply_output(state, [part], index)
        elif kind in _ENDS or _is_response(document):
            response = object_in(document, _OBJECT) if kind in _ENDS else document
            if state.first_token is None:
                _apply_output(state, response.get("output"), index)
            state.apply_choice({_FINISH: _end_of(response, kind)}, _FINISH, None, index)


def _apply_delta(state: ReplyState, kind: str, delta: object, index: int) -> None:
    """Apply a piece of text, of reasoning, of a refusal or of a call's arguments."""
    if any(word in kind for word in _ENCODED) or not isinstance(delta, str):
        return
    name = "reasoning" if "reasoning" in kind else "text"
    state.apply_choice({}, _FINISH, {name: delta}, index)
    if "output_text" in kind:
        state.texts.append(delta)


def _apply_output(state: ReplyState, output: object, index: int) -> None:
    """Apply items that came whole: messages, reasoning, calls."""
    items = [
        {key: value for key, value in item.items() if key != "encrypted_content"}
        for item in objects_of(output)
    ]
    state.apply_choice({}, _FINISH, items, index)
    parts = [part for item in items for part in objects_of(item.get("content"))]
    texts = [text_of_parts([part]) for part in (*items, *parts) if _is_visible(part)]
    state.texts += [text for text in texts if text]


def _is_visible(part: Mapping[str, Any]) -> bool:
    return part.get("type") in {"output_text", "text"}


def _is_response(document: Mapping[str, Any]) -> bool:
    """Return whether a document is a whole response; some relays leave `object` out."""
    if document.get("object") == _OBJECT:
        return True
    return isinstance(document.get("output"), list) and "choices" not in document


def _has_failed(response: Mapping[str, Any]) -> bool:
    return bool(response.get("error")) or response.get("status") in {"failed", "cancelled"}


def _end_of(response: Mapping[str, Any], kind: str) -> str:
    """Return the finish reason of a response: why it is incomplete, else its status."""
    reason = text_of(object_in(response, "incomplete_details").get("reason"))
    status = text_of(response.get("status")) or kind.removeprefix(_PREFIX)
    return reason or status or "completed"
