import json

import pytest

from relaytop.config.settings import Provider, Secret, Target
from relaytop.wire.apis import api_named
from relaytop.wire.facts import Usage
from tests.wire.reading import JSON, class_of, read_models, reader

API = api_named("gemini")
read = reader("gemini")
PROVIDER = Provider(name="p", base_url="https://g.example", api="gemini", key=Secret("AIza-1"))


def chunk(text: str | None, finish: str | None = None, **usage: object) -> bytes:
    content = {"parts": [{"text": text}], "role": "model"} if text is not None else {}
    candidate = {"content": content, "index": 0, **({"finishReason": finish} if finish else {})}
    document = {"candidates": [candidate], **({"usageMetadata": usage} if usage else {})}
    return f"data: {json.dumps(document)}\r\n\r\n".encode()


COUNTS = {"promptTokenCount": 4, "candidatesTokenCount": 3, "thoughtsTokenCount": 11}


@pytest.mark.parametrize(
    ("model", "stream", "path"),
    [
        ("gemini-2.5-flash", True, "models/gemini-2.5-flash:streamGenerateContent?alt=sse"),
        ("gemini-2.5-flash", False, "models/gemini-2.5-flash:generateContent"),
        ("tunedModels/mine", False, "tunedModels/mine:generateContent"),
        ("a?b#c", False, "models/a%3Fb%23c:generateContent"),
    ],
)
def test_a_request_has_its_key_in_a_header_alone(model: str, *, stream: bool, path: str) -> None:
    target = Target(provider="p", model=model, stream=stream)
    request = API.build(target, PROVIDER, frozenset())
    assert request.url == f"https://g.example/v1beta/{path}"
    assert dict(request.headers)["x-goog-api-key"] == "AIza-1"
    assert "AIza" not in request.url
    assert json.loads(request.body)["generationConfig"] == {"maxOutputTokens": 16}


def test_a_base_url_may_have_the_version() -> None:
    provider = Provider(name="p", base_url="https://r.example/v1beta", api="gemini")
    target = Target(provider="p", model="m", stream=False)
    url = API.build(target, provider, frozenset()).url
    assert url == "https://r.example/v1beta/models/m:generateContent"


def test_a_stream_ends_on_finish_reason() -> None:
    reply = read([chunk("po"), chunk("ng", "STOP", **COUNTS)])
    assert reply.failure is None
    assert reply.first_token_chunk == 0
    assert reply.usage == Usage(4, 14, reasoning_tokens=11)


def test_without_finish_reason_it_is_truncated() -> None:
    assert class_of(read([chunk("po"), chunk("ng")])) == "truncated"


def test_all_tokens_thought_away_is_a_good_reply_without_ttft() -> None:
    reply = read([chunk(None, "MAX_TOKENS", promptTokenCount=4, thoughtsTokenCount=16)])
    assert reply.failure is None
    assert reply.first_token_chunk is None
    assert reply.usage.output_tokens == 16


def test_a_blocked_prompt_is_a_bad_request() -> None:
    document = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": COUNTS}
    body = json.dumps(document).encode()
    assert class_of(read([body], headers=JSON)) == "bad_request"
    assert class_of(read([b"data: " + body + b"\n\n"])) == "bad_request"


def test_a_whole_reply_and_one_in_an_array() -> None:
    document = json.loads(chunk("pong", "STOP", **COUNTS).decode().removeprefix("data: "))
    for body in (document, [document, document]):
        reply = read([json.dumps(body).encode()], headers=JSON)
        assert reply.failure is None
        assert reply.usage.input_tokens == 4


@pytest.mark.parametrize(
    ("status", "error", "error_class", "wait_s"),
    [
        (
            400,
            {
                "code": 400,
                "message": "API key not valid. Please pass a valid API key.",
                "status": "INVALID_ARGUMENT",
                "details": [{"@type": "x/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
            },
            "auth",
            None,
        ),
        (403, {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}, "permission", None),
        (404, {"code": 404, "message": "no", "status": "NOT_FOUND"}, "not_found", None),
        (
            429,
            {
                "code": 429,
                "message": "You exceeded your current quota",
                "status": "RESOURCE_EXHAUSTED",
                "details": [
                    {
                        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                        "violations": [{"quotaId": "GenerateRequestsPerMinutePerProject"}],
                    },
                    {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"},
                ],
            },
            "rate_limited",
            37.0,
        ),
        (
            429,
            {
                "code": 429,
                "message": "You exceeded your current quota",
                "status": "RESOURCE_EXHAUSTED",
                "details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProject"}]}],
            },
            "credit",
            None,
        ),
        (500, {"code": 500, "message": "no", "status": "INTERNAL"}, "server_error", None),
        (503, {"code": 503, "message": "busy", "status": "UNAVAILABLE"}, "overloaded", None),
        (504, {"code": 504, "message": "late", "status": "DEADLINE_EXCEEDED"}, "gateway", None),
    ],
)
def test_failures(
    status: int, error: dict[str, object], error_class: str, wait_s: float | None
) -> None:
    for body in ({"error": error}, [{"error": error}]):
        reply = read([json.dumps(body).encode()], status=status, headers=JSON)
        assert class_of(reply) == error_class
        assert reply.retry_after_s == wait_s


@pytest.mark.parametrize("count", [-1, "9", 1.5, 1e30, float("nan")])
def test_an_absurd_count_is_unknown(count: object) -> None:
    reply = read([chunk("x", "STOP", promptTokenCount=4, thoughtsTokenCount=count)])
    assert reply.failure is None
    assert reply.usage.output_tokens is None
    assert reply.usage.input_tokens == 4


def test_models_that_cannot_be_probed_are_left_out() -> None:
    entries = [
        {"name": "models/gemini-2.5-flash", "supportedGenerationMethods": ["generateContent"]},
        {"name": "models/embedding-001", "supportedGenerationMethods": ["embedContent"]},
        {"name": "models/veo-3", "supportedGenerationMethods": ["predictLongRunning"]},
        {"name": "models/plain"},
        {"name": None},
        7,
    ]
    body = json.dumps({"models": entries}).encode()
    assert read_models("gemini", body) == ("embedding-001", "gemini-2.5-flash", "plain")
