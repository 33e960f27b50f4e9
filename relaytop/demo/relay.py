"""What one provider answers: a request and a moment in, timed bytes out."""

from __future__ import annotations

import json
import time
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from relaytop.demo import http, replies
from relaytop.demo.incident import state_at
from relaytop.demo.quota import Quota
from relaytop.demo.randomness import WORDS, RequestRandomness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.demo.http import Request
    from relaytop.demo.randomness import Turn
    from relaytop.demo.scenario import DemoProvider, Model

REFUSAL_S = 0.02
"""A refusal needs no model, so it comes quickly."""
HANG_S = 12.0
"""Longer than the demo's deadline."""
TOKENS_OF_A_MESSAGE = 4
CHARACTERS_OF_A_TOKEN = 4


class Answer(NamedTuple):
    """What to send and when."""

    steps: tuple[tuple[float, bytes], ...]
    """Seconds after the request → what is sent then."""
    cut: bool = False
    """Whether the connection is closed at the end, be the reply whole or not."""


class Ask(NamedTuple):
    """What a chat request asks for."""

    model: str
    stream: bool
    with_usage: bool
    max_tokens: int
    prompt_tokens: int


class Relay:
    """The mind of one provider.

    Args:
        company: The provider.
        seed: The demo's seed.
    """

    def __init__(self, company: DemoProvider, seed: int) -> None:
        self._company = company
        self._quota = Quota(company)
        self._dice = {
            model.id: RequestRandomness(seed, company.name, model) for model in company.models
        }
        self._lock = Lock()

    def answer(self, request: Request, elapsed_s: float) -> Answer:
        """Answer one request.

        Args:
            request: The request.
            elapsed_s: Seconds since the relay began.
        """
        if (request.method, request.path) == ("GET", "/v1/models"):
            return Answer(((REFUSAL_S, http.whole(200, {}, replies.models(self._company))),))
        if (request.method, request.path) != ("POST", "/v1/chat/completions"):
            text = f"unknown path: {request.method} {request.path}"
            return _refuse(404, text, "invalid_request_error", "unknown_url")
        ask = _read(request.body)
        if ask is None:
            text = "the body must be a JSON object with `model` and `messages`"
            return _refuse(400, text, "invalid_request_error", None)
        model = self._company.model(ask.model)
        if model is None:
            text = f"The model `{ask.model}` does not exist or you do not have access to it."
            return _refuse(404, text, "invalid_request_error", "model_not_found")
        with self._lock:
            return self._chat(ask, model, elapsed_s)

    def _chat(self, ask: Ask, model: Model, elapsed_s: float) -> Answer:
        condition = state_at(elapsed_s, self._company.name, model.id)
        turn = self._dice[model.id].turn(condition)
        ids = {"x-request-id": turn.request_id}
        if turn.fault == "rate_limited":
            return self._rate_limited(model, ids, turn.wait_s)
        if not self._quota.take(elapsed_s, ask.prompt_tokens + ask.max_tokens):
            return self._rate_limited(model, ids, self._quota.reset_s(elapsed_s))
        headers = ids | self._quota.headers(elapsed_s)
        if turn.fault == "hang":
            return Answer(((HANG_S, b""),), cut=True)
        if turn.fault == "server_error":
            text = f"The worker that served {model.id} went away; retry, or quote the request id."
            body = replies.error(text, "server_error", "internal_error")
            return Answer(((turn.ttft_s, http.whole(500, headers, body)),))
        if ask.stream:
            return self._streamed(ask, turn, headers)
        return _whole(ask, turn, headers)

    def _rate_limited(self, model: Model, ids: dict[str, str], wait_s: float) -> Answer:
        text = (
            f"Rate limit reached for {model.id} on requests per min (RPM): "
            f"limit {self._company.requests_per_minute}. Try again in {wait_s:.0f}s."
        )
        body = replies.error(text, "requests", "rate_limit_exceeded")
        headers = ids | self._quota.refusal_headers(wait_s)
        return Answer(((REFUSAL_S, http.whole(429, headers, body)),))

    def _streamed(self, ask: Ask, turn: Turn, headers: dict[str, str]) -> Answer:
        speaker = _speaker(ask, turn)
        words, finish = _cut(turn.words, ask.max_tokens)
        head = http.stream_head(headers) + http.chunk(speaker.role())
        steps = [(turn.ttft_s * self._company.head_share, head)]
        if turn.fault == "truncated":
            words = words[: len(words) // 2]
        at_s = turn.ttft_s
        for word, gap_s in zip(words, (0.0, *turn.gaps_s), strict=False):
            at_s += gap_s
            steps.append((at_s, http.chunk(speaker.word(word))))
        if turn.fault == "truncated":
            # As a relay does whose upstream broke: a clean end of a reply that has none.
            return Answer((*steps, (at_s, http.LAST_CHUNK)))
        tail = http.chunk(speaker.end(finish))
        if ask.with_usage:
            tail += http.chunk(speaker.usage(replies.usage(ask.prompt_tokens, len(words))))
        tail += http.chunk(replies.DONE) + http.LAST_CHUNK
        return Answer((*steps, (at_s, tail)))


def _whole(ask: Ask, turn: Turn, headers: dict[str, str]) -> Answer:
    words, finish = _cut(turn.words, ask.max_tokens)
    counts = replies.usage(ask.prompt_tokens, len(words))
    body = _speaker(ask, turn).whole(words, finish, counts)
    reply = http.whole(200, headers, body)
    at_s = turn.ttft_s + sum(turn.gaps_s[: len(words) - 1])
    if turn.fault == "truncated":
        return Answer(((at_s, reply[: -len(body) // 2]),), cut=True)
    return Answer(((at_s, reply),))


def _speaker(ask: Ask, turn: Turn) -> replies.Speaker:
    reply_id = "chatcmpl-" + turn.request_id.removeprefix("req_")
    return replies.Speaker(reply_id, ask.model, int(time.time()))


def _cut(words: Sequence[str], max_tokens: int) -> tuple[Sequence[str], str]:
    return words[:max_tokens], "length" if len(words) > max_tokens else "stop"


def _refuse(status: int, text: str, kind: str, code: str | None) -> Answer:
    return Answer(((REFUSAL_S, http.whole(status, {}, replies.error(text, kind, code))),))


def _read(body: bytes) -> Ask | None:
    """Return what is asked; None where the body is no chat request."""
    try:
        asked: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(asked, dict):
        return None
    model, messages = asked.get("model"), asked.get("messages")
    if not isinstance(model, str) or not isinstance(messages, list) or not messages:
        return None
    options = asked.get("stream_options")
    most = asked.get("max_completion_tokens", asked.get("max_tokens"))
    characters = sum(len(str(m.get("content", ""))) for m in messages if isinstance(m, dict))
    return Ask(
        model=model,
        stream=asked.get("stream") is True,
        with_usage=isinstance(options, dict) and options.get("include_usage") is True,
        max_tokens=min(most, len(WORDS)) if isinstance(most, int) and most > 0 else len(WORDS),
        prompt_tokens=len(messages) * TOKENS_OF_A_MESSAGE - -characters // CHARACTERS_OF_A_TOKEN,
    )
