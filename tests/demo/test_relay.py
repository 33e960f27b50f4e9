"""A provider's answers and their times, without a socket."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.demo.http import Request
from relaytop.demo.incident import PERIOD_S
from relaytop.demo.relay import HANG_S, Answer, Relay
from relaytop.demo.scenario import DIRECT, HOLYSHEEP, OFFICIAL
from tests.demo.support import incident

CALM_S = 5.0
LIMITED_S = incident("rate_limited", "holysheep").start_s + 10


def ask(model: str = "gpt-4.1", **more: object) -> Request:
    messages = [{"role": "user", "content": "ping"}]
    body = json.dumps({"model": model, "messages": messages, **more}).encode()
    return Request("POST", "/v1/chat/completions", body, keep_alive=True)


def sent(answer: Answer) -> bytes:
    return b"".join(data for _at, data in answer.steps)


def events(answer: Answer) -> list[Any]:
    lines = sent(answer).decode().splitlines()
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    return [json.loads(text) for text in data if text != "[DONE]"]


def test_a_seed_repeats_every_latency_in_whatever_order_models_are_asked() -> None:
    def times(order: list[str]) -> dict[str, list[float]]:
        relay = Relay(HOLYSHEEP, 7)
        found: dict[str, list[float]] = {}
        for model in order:
            steps = relay.answer(ask(model, stream=True), CALM_S).steps
            found.setdefault(model, []).extend(at_s for at_s, _data in steps)
        return found

    a, b = "gpt-4.1", "deepseek-v3.2"
    assert times([a, b, a, b, a]) == times([b, b, a, a, a])


def test_the_words_come_one_by_one_after_the_role() -> None:
    answer = Relay(DIRECT, 1).answer(ask("openai/gpt-4.1", stream=True), CALM_S)
    moments = [at_s for at_s, _data in answer.steps]
    assert moments == sorted(moments)
    assert moments[0] < moments[1]
    found = events(answer)
    assert found[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert all(e["choices"][0]["delta"]["content"] for e in found[1:-1])
    assert found[-1]["choices"][0]["finish_reason"] == "stop"
    assert b"data: [DONE]" in sent(answer)


def test_usage_comes_only_where_it_is_asked_for() -> None:
    relay = Relay(HOLYSHEEP, 1)
    asked = ask(stream=True, stream_options={"include_usage": True})
    last = events(relay.answer(asked, CALM_S))[-1]
    assert last["choices"] == []
    assert last["usage"]["completion_tokens"] >= 5
    assert "usage" not in events(relay.answer(ask(stream=True), CALM_S))[-1]


def test_the_reply_is_no_longer_than_allowed() -> None:
    found = events(Relay(HOLYSHEEP, 1).answer(ask(stream=True, max_tokens=2), CALM_S))
    assert len(found) == 4
    assert found[-1]["choices"][0]["finish_reason"] == "length"


def test_a_429_is_quick_and_says_why() -> None:
    relay = Relay(HOLYSHEEP, 1)
    answers = [relay.answer(ask(), LIMITED_S) for _ in range(20)]
    refused = [answer for answer in answers if sent(answer).startswith(b"HTTP/1.1 429")]
    assert len(refused) >= 15
    for answer in refused:
        assert answer.steps[0][0] < 0.1
        head, _, body = sent(answer).partition(b"\r\n\r\n")
        wait_s = int(head.split(b"retry-after: ")[1].split(b"\r\n")[0])
        assert 2 <= wait_s <= 6
        assert json.loads(body)["error"]["code"] == "rate_limit_exceeded"


def test_the_limit_itself_refuses_too() -> None:
    relay = Relay(HOLYSHEEP._replace(requests_per_minute=1), 1)
    assert sent(relay.answer(ask(), CALM_S)).startswith(b"HTTP/1.1 200")
    assert sent(relay.answer(ask(), CALM_S)).startswith(b"HTTP/1.1 429")
    assert sent(relay.answer(ask(), CALM_S + PERIOD_S)).startswith(b"HTTP/1.1 200")


def test_a_single_failure_has_the_servers_words_and_a_request_id() -> None:
    at_s = incident("server_error", "official").start_s + 0.2
    answer = sent(Relay(OFFICIAL, 1).answer(ask("gpt-4.1"), at_s))
    assert answer.startswith(b"HTTP/1.1 500")
    assert b"x-request-id: req_" in answer
    assert b"quote the request id" in answer


def test_a_truncated_stream_has_no_end() -> None:
    relay, model = Relay(DIRECT, 1), "google/gemini-2.5-flash"
    at_s = incident("truncated", "direct").start_s + 0.2
    answer = relay.answer(ask(model, stream=True), at_s)
    assert b"[DONE]" not in sent(answer)
    assert all(e["choices"][0]["finish_reason"] is None for e in events(answer))
    assert relay.answer(ask(model), at_s).cut


def test_a_hang_says_nothing_at_all() -> None:
    hang = incident("hang", "direct")
    answer = Relay(DIRECT, 1).answer(ask(hang.model or ""), hang.start_s + 0.2)
    assert answer == Answer(((HANG_S, b""),), cut=True)


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        (ask("gpt-9"), 404, "model_not_found"),
        (Request("GET", "/", b"", keep_alive=True), 404, "unknown_url"),
        (Request("POST", "/v1/chat/completions", b"no json", keep_alive=True), 400, "JSON"),
        (Request("POST", "/v1/chat/completions", b'{"model":1}', keep_alive=True), 400, "JSON"),
    ],
)
def test_a_wrong_request_is_refused_in_words(asked: Request, status: int, words: str) -> None:
    answer = sent(Relay(HOLYSHEEP, 1).answer(asked, CALM_S)).decode()
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert words in answer


ODD = st.sampled_from([None, True, 0, -1, 10**30, 0.5, "", "x", [], [1], ["x"], {}, {"content": 1}])
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "model": st.just("gpt-4.1") | ODD,
        "messages": st.just([{"content": "ping"}]) | ODD,
        "max_tokens": ODD,
        "stream": ODD,
        "stream_options": ODD,
    },
)


@given(st.binary(max_size=100) | FIELDS.map(lambda fields: json.dumps(fields).encode()))
def test_every_body_gets_an_answer(body: bytes) -> None:
    request = Request("POST", "/v1/chat/completions", body, keep_alive=True)
    answer = Relay(HOLYSHEEP, 1).answer(request, CALM_S)
    assert sent(answer).startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 400 ", b"HTTP/1.1 404 "))


def test_a_cached_reply_says_so_and_is_whole_at_once() -> None:
    at_s = incident("cached", "holysheep").start_s + 1
    answer = Relay(HOLYSHEEP, 1).answer(ask("deepseek-v3.2", stream=True), at_s)
    assert b"x-cache: HIT" in sent(answer)
    assert answer.steps[-1][0] < 0.01


def test_a_substitute_names_itself() -> None:
    at_s = incident("substituted", "holysheep").start_s + 1
    found = events(Relay(HOLYSHEEP, 1).answer(ask("gemini-2.5-flash", stream=True), at_s))
    assert {event["model"] for event in found} == {"gemini-2.5-flash-lite"}
