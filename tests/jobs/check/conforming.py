"""A relay that does what is asked of it, but for the features that it is told to neglect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.server import (
    DONE,
    ROLE,
    Response,
    delta,
    error_reply,
    event,
    json_reply,
    models_reply,
    stream_of,
    usage,
)

if TYPE_CHECKING:
    from tests.support.server import Seen

WEATHER = '{"city": "Paris"}'
COUNTS: dict[str, Any] = {"prompt_tokens": 9, "completion_tokens": 5}


class ConformingRelay:
    """Answers chat completions, embeddings and rerankings.

    Args:
        neglects: What it accepts and does not do, or does wrong.
        refuses: Parameters that it refuses by a 400.
    """

    def __init__(self, *neglects: str, refuses: tuple[str, ...] = ()) -> None:
        self.neglects = neglects
        self.refuses = refuses

    def __call__(self, seen: Seen) -> Response:
        if seen.method == "GET":
            return models_reply(["m", "embedding"])
        body: dict[str, Any] = seen.json
        if body["model"] not in {"m", "embedding"} and "error form" not in self.neglects:
            return error_reply(404, "no such model", code="model_not_found")
        for name in self.refuses:
            if name in body:
                return error_reply(400, f"Unsupported parameter: '{name}'", param=name)
        if seen.path.endswith("/embeddings"):
            return self._embeddings(body)
        if seen.path.endswith("/rerank"):
            return self._scores(body)
        if not seen.path.endswith("/chat/completions") or body["model"] == "embedding":
            return error_reply(404, "no such endpoint")
        return self._stream(body) if body["stream"] else self._document(body)

    def _text(self, body: dict[str, Any]) -> tuple[str, str]:
        """Return the text, and why it ends."""
        if "response_format" in body:
            return ("Paris!" if "schema" in self.neglects else WEATHER), "stop"
        if "stop" in body:
            return ("1 2 3 4 5 6" if "stop" in self.neglects else "1 2 3 4 "), "stop"
        if "200" in body["messages"][-1]["content"]:
            return "1 2 3", "length"
        return "pong", "stop"

    def _document(self, body: dict[str, Any]) -> Response:
        text, finish = self._text(body)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if "tools" in body and "tools" not in self.neglects:
            arguments = "{city: Paris}" if "arguments" in self.neglects else WEATHER
            function = {"name": "get_weather", "arguments": arguments}
            message = {"role": "assistant", "content": None}
            message["tool_calls"] = [{"id": "c1", "type": "function", "function": function}]
            finish = "tool_calls"
        count = 1 if "n" in self.neglects else body.get("n", 1)
        choices = [
            {"index": at, "message": message, "finish_reason": finish} for at in range(count)
        ]
        tokens = 99 if "max_tokens" in self.neglects else 5
        return json_reply({"choices": choices, "usage": COUNTS | {"completion_tokens": tokens}})

    def _stream(self, body: dict[str, Any]) -> Response:
        parts = [ROLE]
        if "tools" in body and "tools" not in self.neglects:
            named = {"index": 0, "id": "c1", "function": {"name": "get_weather", "arguments": ""}}
            parts.append(delta(tool_calls=[named]))
            parts += [
                delta(tool_calls=[{"index": 0, "function": {"arguments": piece}}])
                for piece in (WEATHER[:5], WEATHER[5:])
            ]
        else:
            parts.append(delta(content=self._text(body)[0]))
        parts.append(event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        parts += [] if "usage" in self.neglects else [usage(**COUNTS)]
        return stream_of([(0.0, part) for part in [*parts, DONE]])

    def _embeddings(self, body: dict[str, Any]) -> Response:
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        size = 8 if "dimensions" in self.neglects else body.get("dimensions", 8)
        vectors: list[object] = [
            [1.0 + (at + 1) * ("bread" in text) for at in range(size)] for text in texts
        ]
        if body.get("encoding_format") == "base64" and "base64" not in self.neglects:
            vectors = ["AACAPwAAgD8="]
        if "batch" in self.neglects:
            vectors = vectors[:1]
        data = [{"index": at, "embedding": vector} for at, vector in enumerate(vectors)]
        return json_reply({"data": data, "usage": {"prompt_tokens": 3, "total_tokens": 3}})

    def _scores(self, body: dict[str, Any]) -> Response:
        scores = [0.1, 0.9] if "order" in self.neglects else [0.9, 0.1]
        results = [{"index": at, "relevance_score": score} for at, score in enumerate(scores)]
        count = 2 if "top_n" in self.neglects else body.get("top_n", 2)
        return json_reply({"results": results[:count]})
