"""Good statuses whose bodies say in odd places and forms that the reply failed."""

import json

import pytest

from relaytop.wire.finish import GOOD, LENGTH, finish_reason
from tests.support.server import DONE, ROLE, STOP, delta, event
from tests.wire.reading import JSON, class_of, read, reader

APIS = ["openai", "azure", "anthropic", "gemini"]
WORD = delta(content="x")


def ending(**last: object) -> list[bytes]:
    """Return a stream of one word whose last chunk holds more."""
    return [ROLE, WORD, event({"choices": [], **last}), STOP, DONE]


STREAMS: dict[str, tuple[list[bytes], str | None]] = {
    "groq: beside the choices": (
        ending(x_groq={"id": "r", "error": "over capacity"}),
        "overloaded",
    ),
    "a list of errors": (ending(errors=[{"code": "Arrearage", "message": "no"}]), "credit"),
    "in a delta": (
        [ROLE, event({"choices": [{"delta": {"error": {"message": "overloaded"}}}]}), DONE],
        "overloaded",
    ),
    "in a message": (
        [ROLE, event({"choices": [{"message": {"error": "Insufficient balance"}}]}), DONE],
        "credit",
    ),
    "sglang's abort": (
        [
            ROLE,
            WORD,
            event(
                {
                    "choices": [
                        {
                            "delta": {},
                            "finish_reason": {
                                "type": "abort",
                                "message": "no more",
                                "status_code": 503,
                            },
                        }
                    ]
                }
            ),
            DONE,
        ],
        "overloaded",
    ),
    "beside null choices": (
        [event({"choices": None, "code": "Arrearage", "message": "no"}), DONE],
        "credit",
    ),
    "beside empty choices": (
        [event({"choices": [], "code": "Arrearage", "message": "no"}), DONE],
        "credit",
    ),
    "a bare line of json": (
        [ROLE, WORD, b'{"error":{"message":"Overloaded","code":529}}\n\n'],
        "overloaded",
    ),
    "a bare page of json, and the end": (
        [ROLE, WORD, b'{\n  "error": {\n    "message": "Insufficient balance"\n  }\n}\n', DONE],
        "credit",
    ),
    "an event of text": ([ROLE, WORD, b"data: Internal Server Error\n\n", DONE], "truncated"),
    "an event of text that names it": (
        [ROLE, WORD, b"data: upstream is overloaded\n\n", DONE],
        "overloaded",
    ),
    "another event's name": (
        [ROLE, WORD, b"event: upstream_error\ndata: boom\n\n", DONE],
        "truncated",
    ),
    "an exception": (
        [ROLE, b'event: exception\ndata: {"message":"Overloaded"}\n\n', DONE],
        "overloaded",
    ),
    "a sign of life in text": ([ROLE, b"data: ping\n\n", WORD, STOP, DONE], None),
    "no error": (ending(error=None, errors=[], x_groq={"id": "r", "error": None}), None),
    "empty errors": (ending(error={}), None),
    "a title beside the counts": (
        ending(title="A chat", usage={"prompt_tokens": 5, "completion_tokens": 1}),
        None,
    ),
    "words beside empty choices": (ending(title="A chat", message="ok", detail="fine"), None),
    "azure: a filter that did not run": (
        [
            event({"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}),
            event(
                {
                    "choices": [
                        {
                            "delta": {"content": "x"},
                            "content_filter_results": {
                                "error": {"code": "content_filter_error", "message": "not filtered"}
                            },
                        }
                    ]
                }
            ),
            STOP,
            DONE,
        ],
        None,
    ),
}


@pytest.mark.parametrize(("parts", "error_class"), STREAMS.values(), ids=STREAMS)
def test_a_stream_that_failed(parts: list[bytes], error_class: str | None) -> None:
    assert class_of(read(parts)) == error_class


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("body", "error_class"),
    [
        (b"Insufficient balance", "credit"),
        (b'"Insufficient balance"', "credit"),
        (b"The server is overloaded", "overloaded"),
        (b"error code: 1015", "rate_limited"),
        (b'{"data":{"error":{"message":"overloaded"}}}', "overloaded"),
        (b'{"response":{"error":{"code":"Arrearage"}}}', "credit"),
        (b'{"choices":[],"code":"Arrearage","message":"x"}', "credit"),
        (b'{"choices":null,"message":"Insufficient balance"}', "credit"),
        (b'{"statusCode":429,"message":"x"}', "rate_limited"),
        (b'{"error":{"message":"x","http_code":"429"}}', "rate_limited"),
        (b'{"error":{"message":"x","status":529}}', "overloaded"),
        (b'{"error":{"message":"x","status_code":402}}', "credit"),
        (b"hello", "protocol"),
    ],
)
def test_a_body_of_another_shape(api: str, body: bytes, error_class: str) -> None:
    for headers in (JSON, [(b"content-type", b"text/event-stream")]):
        assert class_of(reader(api)([body], headers=headers)) == error_class


def test_words_of_a_plain_body_hold_no_key() -> None:
    for headers in (JSON, [(b"content-type", b"text/event-stream")]):
        reply = reader("openai", "k-12345678")(
            [b"Insufficient balance of k-12345678"], headers=headers
        )
        assert reply.failure is not None
        assert "12345678" not in reply.failure.message


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("toolCalls", "tool_calls"),
        ("endTurn", "end_turn"),
        ("FINISH_REASON_STOP", "stop"),
        ("FinishReason.MAX_TOKENS", "max_tokens"),
        ("REASON_MAX_LEN", "max_len"),
        ("STOP_CRITERIA_MET", "stop_criteria_met"),
        ("eosFound", "eos_found"),
        ("normal", "normal"),
        ("endoftext", "endoftext"),
        ("token_limit", "token_limit"),
        ("FINISH_REASON_UNSPECIFIED", ""),
        ("NOT_FINISHED", ""),
    ],
)
def test_the_forms_of_a_good_reason(value: str, reason: str) -> None:
    assert finish_reason(value) == reason
    assert not reason or reason in GOOD
    assert (reason in LENGTH) == (reason in {"max_tokens", "max_len", "token_limit"})


@pytest.mark.parametrize("value", ["FinishReason.SAFETY", "contentFilter", "CONTENT-FILTER"])
def test_the_forms_of_a_bad_reason(value: str) -> None:
    choice = {"message": {"content": "x"}, "finish_reason": value}
    body = json.dumps({"choices": [choice]}).encode()
    assert class_of(read([body], headers=JSON)) == "bad_request"
