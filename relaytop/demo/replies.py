"""What the relay says, as OpenAI-compatible servers say it: documents and streamed chunks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.demo.scenario import DemoProvider

DONE = b"data: [DONE]\n\n"


def event(document: dict[str, Any]) -> bytes:
    """Return one event of a stream."""
    return b"data: " + _document(document) + b"\n\n"


class Speaker:
    """Puts one reply into words, in chunks or whole.

    Args:
        reply_id: The id that every part carries.
        model: The model's id.
        created: Unix seconds.
    """

    def __init__(self, reply_id: str, model: str, created: int) -> None:
        self._head = {"id": reply_id, "created": created, "model": model}

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {**self._head, "object": "chat.completion.chunk", "choices": choices}

    def _delta(self, delta: dict[str, str], finish: str | None) -> bytes:
        return event(self._chunk([{"index": 0, "delta": delta, "finish_reason": finish}]))

    def role(self) -> bytes:
        """The first chunk: who speaks, without a word."""
        return self._delta({"role": "assistant", "content": ""}, None)

    def word(self, text: str) -> bytes:
        """One token."""
        return self._delta({"content": text}, None)

    def end(self, finish: str) -> bytes:
        """Why it stopped."""
        return self._delta({}, finish)

    def usage(self, usage: dict[str, int]) -> bytes:
        """The token counts, in a chunk without choices."""
        return event(self._chunk([]) | {"usage": usage})

    def whole(self, words: Sequence[str], finish: str, usage: dict[str, int]) -> bytes:
        """All of it in one document, not streamed."""
        message = {"role": "assistant", "content": "".join(words)}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return _document(
            {**self._head, "object": "chat.completion", "choices": [choice], "usage": usage}
        )


def usage(prompt_tokens: int, completion_tokens: int) -> dict[str, int]:
    """Return the token counts of one request."""
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


def models(company: DemoProvider) -> bytes:
    """Return what `GET /v1/models` answers."""
    offered = [
        {"id": model.id, "object": "model", "created": 1_760_000_000, "owned_by": company.name}
        for model in company.models
    ]
    return _document({"object": "list", "data": offered})


def error(message: str, kind: str, code: str | None) -> bytes:
    """Return the body of a refusal or a failure."""
    return _document({"error": {"message": message, "type": kind, "param": None, "code": code}})


def _document(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
