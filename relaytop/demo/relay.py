"""One provider's relay: from a request and a second of the script to timed bytes."""

from __future__ import annotations

import json
import time
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from relaytop.demo import http, replies
from relaytop.demo.incident import state_at
from relaytop.demo.quota import Quota
from relaytop.demo.randomness import TOKENS, RequestRandomness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.demo.http import Request
    from relaytop.demo.randomness import Outcome
    from relaytop.demo.scenario import DemoModel, DemoProvider

REFUSAL_S = 0.02
"""A refusal needs no model, so it comes quickly."""
CACHE_S = 0.006
"""A cache's reply is whole at once."""
CACHE_HIT = {"x-cache": "HIT"}
SUBSTITUTE = "-lite"
"""Behind the id of the model that answers in place of the one that was asked for."""
HANG_S = 12.0
"""Longer than the demo's deadline."""
BILLING = "/v1/dashboard/billing/"
"""Where relays of this kind tell what is left."""
TOKENS_PER_MESSAGE = 4
CHARACTERS_PER_TOKEN = 4


class Answer(NamedTuple):
    """The bytes to send, and when."""

    steps: tuple[tuple[float, bytes], ...]
    """(Seconds after the request, bytes to send then)."""
    cut: bool = False
    """Whether the connection is closed at the end, even inside the reply."""


class ChatRequest(NamedTuple):
    """The parameters of a chat request."""

    model: str
    stream: bool
    with_usage: bool
    max_tokens: int
    prompt_tokens: int


class Relay:
    """Answers the requests to one provider.

    Args:
        provider: The provider.
        seed: The demo's seed.
    """

    def __init__(self, provider: DemoProvider, seed: int) -> None:
        self._provider = provider
        self._quota = Quota(provider)
        self._randomness = {
            model.id: RequestRandomness(seed, provider.name, model) for model in provider.models
        }
        self._lock = Lock()

    def answer(self, request: Request, elapsed_s: float) -> Answer:
        """Answer one request.

        Args:
            request: The request.
            elapsed_s: Seconds since the relay began.
        """
        if (request.method, request.path) == ("GET", "/v1/models"):
            models = replies.models(self._provider)
            return Answer(((REFUSAL_S, http.json_response(200, {}, models)),))
        if request.method == "GET" and request.path.startswith(BILLING):
            page = request.path.removeprefix(BILLING)
            billing = replies.billing(self._provider, page, elapsed_s)
            if billing is not None:
                return Answer(((REFUSAL_S, http.json_response(200, {}, billing)),))
        if (request.method, request.path) != ("POST", "/v1/chat/completions"):
            text = f"unknown path: {request.method} {request.path}"
            return _refuse(404, text, "invalid_request_error", "unknown_url")
        chat = _parse(request.body)
        if chat is None:
            text = "the body must be a JSON object with `model` and `messages`"
            return _refuse(400, text, "invalid_request_error", None)
        model = self._provider.model(chat.model)
        if model is None:
            text = f"The model `{chat.model}` does not exist or you do not have access to it."
            return _refuse(404, text, "invalid_request_error", "model_not_found")
        with self._lock:
            return self._chat(chat, model, elapsed_s)

    def _chat(self, request: ChatRequest, model: DemoModel, elapsed_s: float) -> Answer:
        condition = state_at(elapsed_s, self._provider.name, model.id)
        outcome = self._randomness[model.id].draw(condition)
        ids = {"x-request-id": outcome.request_id}
        if outcome.fault == "rate_limited":
            return self._rate_limited(model, ids, outcome.wait_s)
        if not self._quota.consume(elapsed_s, request.prompt_tokens + request.max_tokens):
            return self._rate_limited(model, ids, self._quota.reset_s(elapsed_s))
        headers = ids | self._quota.headers(elapsed_s)
        if outcome.fault == "cached":
            headers |= CACHE_HIT
            outcome = outcome._replace(ttft_s=CACHE_S, gaps_s=(0.0,) * len(outcome.gaps_s))
        if outcome.fault == "hang":
            return Answer(((HANG_S, b""),), cut=True)
        if outcome.fault == "server_error":
            text = f"The worker that served {model.id} went away; retry, or quote the request id."
            body = replies.error(text, "server_error", "internal_error")
            return Answer(((outcome.ttft_s, http.json_response(500, headers, body)),))
        if request.stream:
            return self._streamed(request, outcome, headers)
        return _document(request, outcome, headers)

    def _rate_limited(self, model: DemoModel, ids: dict[str, str], wait_s: float) -> Answer:
        text = (
            f"Rate limit reached for {model.id} on requests per min (RPM): "
            f"limit {self._provider.requests_per_minute}. Try again in {wait_s:.0f}s."
        )
        body = replies.error(text, "requests", "rate_limit_exceeded")
        headers = ids | self._quota.refusal_headers(wait_s)
        return Answer(((REFUSAL_S, http.json_response(429, headers, body)),))

    def _streamed(self, request: ChatRequest, outcome: Outcome, headers: dict[str, str]) -> Answer:
        writer = _writer(request, outcome)
        tokens, finish = _truncate(outcome.tokens, request.max_tokens)
        head = http.stream_head(headers) + http.chunk(writer.role_chunk())
        steps = [(outcome.ttft_s * self._provider.head_share, head)]
        if outcome.fault == "truncated":
            tokens = tokens[: len(tokens) // 2]
        at_s = outcome.ttft_s
        for token, gap_s in zip(tokens, (0.0, *outcome.gaps_s), strict=False):
            at_s += gap_s
            steps.append((at_s, http.chunk(writer.token_chunk(token))))
        if outcome.fault == "truncated":
            # As a relay does whose upstream broke: a clean end of a reply that has none.
            return Answer((*steps, (at_s, http.LAST_CHUNK)))
        tail = http.chunk(writer.finish_chunk(finish))
        if request.with_usage:
            usage = replies.usage(request.prompt_tokens, len(tokens))
            tail += http.chunk(writer.usage_chunk(usage))
        tail += http.chunk(replies.DONE) + http.LAST_CHUNK
        return Answer((*steps, (at_s, tail)))


def _document(request: ChatRequest, outcome: Outcome, headers: dict[str, str]) -> Answer:
    tokens, finish = _truncate(outcome.tokens, request.max_tokens)
    counts = replies.usage(request.prompt_tokens, len(tokens))
    body = _writer(request, outcome).document(tokens, finish, counts)
    reply = http.json_response(200, headers, body)
    at_s = outcome.ttft_s + sum(outcome.gaps_s[: len(tokens) - 1])
    if outcome.fault == "truncated":
        return Answer(((at_s, reply[: -len(body) // 2]),), cut=True)
    return Answer(((at_s, reply),))


def _writer(request: ChatRequest, outcome: Outcome) -> replies.ReplyWriter:
    reply_id = "chatcmpl-" + outcome.request_id.removeprefix("req_")
    model = request.model + SUBSTITUTE * (outcome.fault == "substituted")
    return replies.ReplyWriter(reply_id, model, int(time.time()))


def _truncate(tokens: Sequence[str], max_tokens: int) -> tuple[Sequence[str], str]:
    return tokens[:max_tokens], "length" if len(tokens) > max_tokens else "stop"


def _refuse(status: int, text: str, kind: str, code: str | None) -> Answer:
    return Answer(((REFUSAL_S, http.json_response(status, {}, replies.error(text, kind, code))),))


def _parse(body: bytes) -> ChatRequest | None:
    """Return the parameters in a body; None where it is no chat request."""
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
    limit = asked.get("max_completion_tokens", asked.get("max_tokens"))
    characters = sum(len(str(m.get("content", ""))) for m in messages if isinstance(m, dict))
    return ChatRequest(
        model=model,
        stream=asked.get("stream") is True,
        with_usage=isinstance(options, dict) and options.get("include_usage") is True,
        max_tokens=min(limit, len(TOKENS)) if isinstance(limit, int) and limit > 0 else len(TOKENS),
        prompt_tokens=len(messages) * TOKENS_PER_MESSAGE - -characters // CHARACTERS_PER_TOKEN,
    )
