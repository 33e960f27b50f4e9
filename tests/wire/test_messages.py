"""A conversation in each API's own form, and what the model said in a reply's."""

import json
from dataclasses import replace
from typing import Any

import pytest

from relaytop.config.settings import APIS, Price, Provider, Target
from relaytop.pricing.estimate import reserve_usd
from relaytop.wire.apis import api_named
from relaytop.wire.text import safe_lines
from tests.support.server import DONE, ROLE, STOP, delta, event
from tests.wire.reading import JSON, reader

TALK = (
    ("system", "be short"),
    ("user", "hello"),
    ("assistant", "hi"),
    ("system", "be kind"),
    ("user", "bye"),
)
TARGET = Target(provider="p", model="m", messages=TALK)


def body(api: str, target: Target = TARGET) -> Any:
    provider = Provider(name="p", base_url="http://x", api=api)
    return json.loads(api_named(api).build(target, provider, frozenset()).body)


def test_openai_sends_them_as_they_are() -> None:
    expected = [{"role": role, "content": words} for role, words in TALK]
    assert body("openai")["messages"] == body("azure")["messages"] == expected


def test_anthropic_has_the_system_messages_apart() -> None:
    sent = body("anthropic")
    assert sent["system"] == "be short\n\nbe kind"
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]


def test_gemini_has_names_of_its_own() -> None:
    sent = body("gemini")
    assert sent["systemInstruction"] == {"parts": [{"text": "be short\n\nbe kind"}]}
    assert [entry["role"] for entry in sent["contents"]] == ["user", "model", "user"]
    assert sent["contents"][1]["parts"] == [{"text": "hi"}]


@pytest.mark.parametrize("api", APIS)
def test_without_messages_the_prompt_is_asked_alone(api: str) -> None:
    alone = body(api, Target(provider="p", model="m"))
    assert "system" not in json.dumps(alone)
    assert "ping" in json.dumps(alone)


def test_every_message_is_reserved_for() -> None:
    price = Price(4.0, 0.0)
    talk = replace(TARGET, messages=(("system", "x" * 400), ("user", "y" * 400)), unique=False)
    usd, _known = reserve_usd(talk, price, 10.0)
    assert usd == pytest.approx((2 * 100 + 2 * 8) * 4 / 1e6)


WHOLE = {
    "openai": {"choices": [{"message": {"role": "assistant", "content": "a\nb"}}]},
    "anthropic": {
        "type": "message",
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a\nb"}],
    },
    "gemini": {
        "candidates": [{"content": {"parts": [{"text": "hm", "thought": True}, {"text": "a\nb"}]}}]
    },
}
STREAMED = {
    "openai": [
        ROLE,
        delta(reasoning_content="hm"),
        delta(content="a"),
        delta(content=[{"type": "text", "text": "\nb"}]),
        STOP,
        DONE,
    ],
    "anthropic": [
        event({"type": "content_block_start", "content_block": {"type": "text", "text": ""}}),
        event({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}}),
        event({"type": "content_block_delta", "delta": {"thinking": "hm"}}),
        event({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "\nb"}}),
        event({"type": "message_stop"}),
    ],
    "gemini": [
        event({"candidates": [{"content": {"parts": [{"text": "a"}]}}]}),
        event({"candidates": [{"content": {"parts": [{"text": "\nb"}]}, "finishReason": "STOP"}]}),
    ],
}


@pytest.mark.parametrize("api", WHOLE)
def test_what_a_whole_reply_says(api: str) -> None:
    reply = reader(api)([json.dumps(WHOLE[api]).encode()], headers=JSON)
    assert (reply.failure, reply.text) == (None, "a\nb")


@pytest.mark.parametrize("api", STREAMED)
def test_what_a_stream_says(api: str) -> None:
    reply = reader(api)(STREAMED[api])
    assert (reply.failure, reply.text) == (None, "a\nb")


def test_a_reply_is_made_safe_line_by_line() -> None:
    said = "def f():\r\n\tpass\x1b[31m red\x00\u202e sk-0123456789abc"
    assert safe_lines(said, ["sk-0123456789abc"]) == "def f():\n\tpass red [key hidden]"
    assert len(safe_lines("x" * 100_000, [])) == 65_536
