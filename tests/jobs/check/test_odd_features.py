"""`check --deep` at relays whose replies are not what their status, or a glance at them, says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from relaytop.jobs.check.conformance import ERROR_FORM, has_failed
from tests.jobs.check.conforming import WEATHER, ConformingRelay
from tests.jobs.check.support import KEY
from tests.jobs.check.test_conformance import CHAT, features, outcomes
from tests.support.server import (
    Response,
    Seen,
    error_reply,
    event,
    json_reply,
    stream_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Answers = Callable[[dict[str, Any]], Response]

VECTOR = "AACAPwAAgD8="
RAISE = (
    "Could not finish the message because max_tokens or model output limit was reached. "
    "Please try again with higher max_tokens."
)


def at(matches: Callable[[dict[str, Any]], bool], answers: Answers) -> Callable[[Seen], Response]:
    """Return a relay that conforms, but where a request's body matches."""

    def handler(seen: Seen) -> Response:
        if seen.method == "POST" and matches(seen.json):
            return answers(seen.json)
        return ConformingRelay()(seen)

    return handler


def reply(*choices: dict[str, Any], tokens: int = 5, status: int = 200) -> Response:
    usage = {"prompt_tokens": 9, "completion_tokens": tokens}
    return json_reply({"choices": list(choices), "usage": usage}, status)


def choice(text: str | None = "pong", finish: str = "stop", **message: Any) -> dict[str, Any]:
    return {"message": {"content": text, **message}, "finish_reason": finish}


def call(name: str = "get_weather", arguments: object = WEATHER) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return choice(None, "tool_calls", tool_calls=[{"id": "c", "function": function}])


def asks_whole(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda body: name in body and not body.get("stream")


@pytest.mark.parametrize(
    ("status", "answers", "outcome", "words"),
    [
        (200, reply(call(name="other")), "fail", "another tool was called: 'other'"),
        (200, reply(call(arguments={"city": "Paris"})), "fail", "an object, where the API has"),
        (201, reply(call(), status=201), "pass", ""),
        (200, error_reply(200, "slow down", code=429), "unknown", "slow down"),
        (200, error_reply(200, "busy", type="overloaded_error"), "unknown", "busy"),
        (200, error_reply(200, "no tools here", code=400), "refused", "no tools here"),
        (200, reply(choice("", "content_filter")), "unknown", "content_filter"),
    ],
)
async def test_a_tool_call_by_what_its_reply_says(
    tmp_path: Path, status: int, answers: Response, outcome: str, words: str
) -> None:
    answers.status = status
    found = await features(at(asks_whole("tools"), lambda _: answers), tmp_path)
    assert found["tool call"].outcome == outcome
    assert words in found["tool call"].meaning


async def test_a_key_that_a_model_repeats_is_not_quoted(tmp_path: Path) -> None:
    relay = at(lambda body: "tools" in body, lambda _: reply(choice(f"You sent {KEY}.")))
    found = await features(relay, tmp_path)
    assert found["tool call"].outcome == "fail"
    assert "[key hidden]" in found["tool call"].meaning
    assert not any(KEY[3:12] in each.meaning for each in found.values())


async def test_a_reply_in_one_piece_is_no_stream(tmp_path: Path) -> None:
    def whole(body: dict[str, Any]) -> Response:
        return reply(call() if "tools" in body else choice())

    found = await features(at(lambda body: body.get("stream", False), whole), tmp_path)
    for name in ("tool call, streamed", "usage in streams"):
        assert found[name].outcome == "fail"
        assert "in one piece" in found[name].meaning


@pytest.mark.parametrize(("count", "outcome"), [(1, "fail"), (2, "pass"), (5, "fail")])
async def test_replies_are_counted_without_their_numbers(
    tmp_path: Path, count: int, outcome: str
) -> None:
    found = await features(at(asks_whole("n"), lambda _: reply(*[choice()] * count)), tmp_path)
    assert found["n"].outcome == outcome


async def test_a_bound_that_the_server_raised_is_the_bound(tmp_path: Path) -> None:
    def few(body: dict[str, Any]) -> Response:
        if body["max_tokens"] < 64:
            return error_reply(400, RAISE)
        return reply(choice("1 2 3", "length"), tokens=64)

    relay = at(
        lambda body: (
            body["model"] == "m" and (body["max_tokens"] < 64 or "200" in str(body["messages"]))
        ),
        few,
    )
    found = await features(relay, tmp_path)
    assert outcomes(found) == dict.fromkeys(CHAT, "pass")


async def test_usage_in_streams_that_is_refused_is_not_supported(tmp_path: Path) -> None:
    def handler(seen: Seen) -> Response:
        if seen.method == "POST" and "stream_options" in seen.json:
            return error_reply(400, "Unsupported parameter: stream_options")
        return ConformingRelay("usage")(seen)

    found = await features(handler, tmp_path)
    assert found["usage in streams"].outcome == "refused"
    assert not has_failed(found.values())


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        (Response(404, {"Content-Type": "text/html"}, [(0.0, b"<html>404</html>")]), "fail"),
        (Response(404, {"Content-Type": "text/plain"}, [(0.0, b"404 page not found")]), "fail"),
        (Response(400), "fail"),
        (Response(raw=b""), "unknown"),
        (error_reply(429, "slow down"), "unknown"),
        (error_reply(403, "no access to this model"), "pass"),
        (error_reply(200, "no such model", code="model_not_found"), "fail"),
    ],
)
async def test_an_unknown_model_is_refused_in_json_by_a_4xx(
    tmp_path: Path, answers: Response, outcome: str
) -> None:
    relay = at(lambda body: body["model"].startswith("relaytop-"), lambda _: answers)
    found = await features(relay, tmp_path)
    assert found[ERROR_FORM].outcome == outcome
    assert "None" not in found[ERROR_FORM].meaning


@pytest.mark.parametrize(("vector", "outcome"), [("hello world!!", "fail"), (VECTOR, "pass")])
async def test_a_text_is_a_vector_if_it_can_be_read_as_one(
    tmp_path: Path, vector: str, outcome: str
) -> None:
    answer = json_reply({"data": [{"index": 0, "embedding": vector}]})
    relay = at(lambda body: "encoding_format" in body, lambda _: answer)
    found = await features(relay, tmp_path, model="embedding", mode="embeddings")
    assert found["base64"].outcome == outcome


async def test_vectors_in_base_64_count_where_numbers_were_asked_for(tmp_path: Path) -> None:
    answer = json_reply({"data": [{"index": 0, "embedding": VECTOR}]})
    relay = at(lambda body: "dimensions" in body, lambda _: answer)
    found = await features(relay, tmp_path, model="embedding", mode="embeddings")
    assert found["dimensions"].meaning == "2 dimensions came, 64 were requested"


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ([], "fail"),
        ([{"index": 0, "relevance_score": None}, {"index": 1}], "fail"),
        ([{"index": 0, "relevance_score": 0.5}], "unknown"),
        ([{"index": 7, "relevance_score": 0.5}, {"index": 8, "relevance_score": 0.1}], "fail"),
    ],
)
async def test_an_order_needs_scores(
    tmp_path: Path, results: list[dict[str, Any]], outcome: str
) -> None:
    count = 0

    def second(body: dict[str, Any]) -> bool:
        nonlocal count
        count += "top_n" not in body
        return count == 2 and "top_n" not in body

    relay = at(second, lambda _: json_reply({"results": results}))
    found = await features(relay, tmp_path, mode="rerank")
    assert found["order"].outcome == outcome


async def test_a_refusal_that_teaches_nothing_is_asked_for_once(tmp_path: Path) -> None:
    asked: list[Any] = []

    def handler(seen: Seen) -> Response:
        if seen.method == "POST" and "tools" in seen.json:
            asked.append(seen.json)
            return error_reply(400, "no tools; known are max_tokens, store, stream")
        return ConformingRelay()(seen)

    found = await features(handler, tmp_path)
    assert found["tool call"].outcome == "refused"
    assert len(asked) == 2


async def test_items_of_a_response_count_where_its_end_has_none(tmp_path: Path) -> None:
    def handler(seen: Seen) -> Response:
        if seen.method == "GET":
            return ConformingRelay()(seen)
        body = seen.json
        if body["model"] != "m":
            return error_reply(404, "no such model")
        text = [{"type": "output_text", "text": WEATHER}]
        item: dict[str, Any] = {"type": "message", "content": text}
        if "tools" in body:
            item = {"type": "function_call", "name": "get_weather", "arguments": WEATHER}
        usage = {"input_tokens": 9, "output_tokens": 5}
        whole = {"object": "response", "status": "completed", "usage": usage}
        if not body["stream"]:
            return json_reply({**whole, "output": [item]})
        done = {"type": "response.output_item.done", "item": item}
        end = {"type": "response.completed", "response": {**whole, "output": []}}
        return stream_of([(0.0, event(done)), (0.0, event(end))])

    found = await features(handler, tmp_path, mode="responses")
    assert outcomes(found) == {
        **dict.fromkeys(("tool call", "tool call, streamed", "JSON schema"), "pass"),
        "usage in streams": "pass",
        "max_tokens": "unknown",
        ERROR_FORM: "pass",
    }


async def test_what_a_target_sends_already_stays(tmp_path: Path) -> None:
    asked: list[Any] = []

    def handler(seen: Seen) -> Response:
        if seen.method == "POST":
            asked.append(seen.json)
        return ConformingRelay()(seen)

    extra = {"stop": ["x"], "response_format": {"type": "text", "own": 1}}
    await features(handler, tmp_path, extra=extra)
    formats = [body["response_format"] for body in asked]
    assert all(each["own"] == 1 for each in formats)
    assert any(each["type"] == "json_schema" for each in formats)
