"""The relay's replies in the OpenAI-compatible format: documents and streamed chunks."""

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


class ReplyWriter:
    """Writes one reply, in chunks or as one document.

    Args:
        reply_id: The id in every part.
        model: The model's id.
        created: Unix seconds.
    """

    def __init__(self, reply_id: str, model: str, created: int) -> None:
        self._head = {"id": reply_id, "created": created, "model": model}

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {**self._head, "object": "chat.completion.chunk", "choices": choices}

    def _delta(self, delta: dict[str, str], finish: str | None) -> bytes:
        return event(self._chunk([{"index": 0, "delta": delta, "finish_reason": finish}]))

    def role_chunk(self) -> bytes:
        """Return the first chunk, which has no content."""
        return self._delta({"role": "assistant", "content": ""}, None)

    def token_chunk(self, text: str) -> bytes:
        """Return the chunk of one token."""
        return self._delta({"content": text}, None)

    def finish_chunk(self, reason: str) -> bytes:
        """Return the chunk with the finish reason."""
        return self._delta({}, reason)

    def usage_chunk(self, usage: dict[str, int]) -> bytes:
        """Return the token counts, in a chunk without choices."""
        return event(self._chunk([]) | {"usage": usage})

    def document(self, tokens: Sequence[str], finish: str, usage: dict[str, int]) -> bytes:
        """Return the reply in one document."""
        message = {"role": "assistant", "content": "".join(tokens)}
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


def models(provider: DemoProvider) -> bytes:
    """Return the body of the reply to `GET /v1/models`."""
    offered = [
        {"id": model.id, "object": "model", "created": 1_760_000_000, "owned_by": provider.name}
        for model in provider.models
    ]
    return _document({"object": "list", "data": offered})


def billing(provider: DemoProvider, page: str, elapsed_s: float) -> bytes | None:
    """Return a page of what is left, as new-api writes it; None where there is none.

    Args:
        provider: With its credit.
        page: `subscription` or `usage`.
        elapsed_s: Seconds since the relay began.
    """
    if provider.credit_usd is None:
        return None
    if page == "subscription":
        limit = provider.credit_usd
        return _document({"object": "billing_subscription", "hard_limit_usd": limit})
    if page == "usage":
        used_usd = provider.used_usd + elapsed_s * provider.used_usd_per_s
        return _document({"object": "list", "total_usage": round(100 * used_usd, 4)})
    return None


def error(message: str, kind: str, code: str | None) -> bytes:
    """Return the body of a refusal or a failure."""
    return _document({"error": {"message": message, "type": kind, "param": None, "code": code}})


def _document(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
