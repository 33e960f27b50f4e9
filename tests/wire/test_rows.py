"""Rows of what the wire looks like that no other test holds."""

import json

import pytest

from relaytop.wire.durations import wait_s
from relaytop.wire.facts import Limit, Usage
from relaytop.wire.failure import classify
from relaytop.wire.headers import relay_ms
from relaytop.wire.ratelimit import read_rate_limit
from relaytop.wire.retry_after import retry_after_s
from relaytop.wire.usage import read_usage
from tests.support.server import DONE, ROLE, STOP, delta, event
from tests.wire.reading import JSON, class_of, read, reader

# ── streams ──────────────────────────────────────────────────────────────────


def test_openrouters_error_event_has_choices_too() -> None:
    error = {"code": 502, "message": "Provider disconnected"}
    choices = [{"delta": {"content": ""}, "finish_reason": "error"}]
    assert class_of(read([ROLE, event({"error": error, "choices": choices})])) == "gateway"


def test_litellm_tells_the_cost_in_the_last_chunk_of_a_stream() -> None:
    counts = {"prompt_tokens": 5, "completion_tokens": 2, "cost": 0.0001}
    last = event({"choices": [{"delta": {}}], "usage": counts})
    assert read([delta(content="x"), STOP, last, DONE]).usage == Usage(5, 2, cost_usd=0.0001)


@pytest.mark.parametrize(
    ("api", "document"),
    [
        ("openai", {"choices": [{"message": {"content": None}, "finish_reason": "length"}]}),
        ("gemini", {"candidates": [{"finishReason": "MAX_TOKENS"}]}),
        ("anthropic", {"type": "message", "content": [], "stop_reason": "max_tokens"}),
    ],
)
def test_a_whole_reply_that_was_all_thought_is_good(api: str, document: object) -> None:
    reply = reader(api)([json.dumps(document).encode()], headers=JSON)
    assert reply.failure is None
    assert reply.first_token_chunk is None


@pytest.mark.parametrize("usage", ["null", "[]", '"many"', '{"prompt_tokens": NaN}'])
def test_a_reply_whose_usage_is_nonsense_is_good(usage: str) -> None:
    body = b'{"choices": [{"message": {"content": "x"}}], "usage": %s}' % usage.encode()
    reply = read([body], headers=JSON)
    assert reply.failure is None
    assert reply.usage == Usage()


def test_a_whole_reply_that_was_cut_is_truncated() -> None:
    assert class_of(read([b'{"choices": [{"mess'], headers=JSON, cleanly=False)) == "truncated"


# ── usage ────────────────────────────────────────────────────────────────────


def test_geminis_cached_tokens_are_inside_the_prompt() -> None:
    usage = {"promptTokenCount": 9, "cachedContentTokenCount": 4, "candidatesTokenCount": 2}
    body = json.dumps({"candidates": [{}], "usageMetadata": usage}).encode()
    assert reader("gemini")([body], headers=JSON).usage == Usage(9, 2, cached_tokens=4)


def test_deepseeks_hits_and_misses_are_the_prompt() -> None:
    counts = {"prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 5, "completion_tokens": 1}
    assert read_usage(counts, {}) == Usage(9, 1, 4)


# ── rate limits ──────────────────────────────────────────────────────────────

HINTS = {
    "retry-after-ms": "1000",
    "retry-after": "2",
    "llm_provider-retry-after": "3",
    "x-ratelimit-reset": "5",
}


@pytest.mark.parametrize("trusted", range(5))
def test_a_waits_hints_are_trusted_in_their_order(trusted: int) -> None:
    hints = dict(list(HINTS.items())[min(trusted, 3) :])
    error = {"retry_after": 4} if trusted < 4 else {}
    assert retry_after_s(hints, error, 0.0) == trusted + 1


@pytest.mark.parametrize("figure", ["1000000", "999999999", "100000000001", "999999999999"])
def test_a_bare_number_that_is_neither_seconds_nor_an_epoch_is_unknown(figure: str) -> None:
    assert wait_s(figure, 1_790_000_000.0) is None


def test_litellms_limit_of_a_key() -> None:
    raw = [(b"retry-after", b"60"), (b"reset_at", b"2026-09-21 14:13:50 UTC")]
    reply = read([b'{"error": {"message": "limit", "code": "429"}}'], status=429, headers=raw)
    assert class_of(reply) == "rate_limited"
    assert reply.retry_after_s == 60.0


@pytest.mark.parametrize("body", [b"error code: 1015", b"<!doctype html><title>1015", b""])
def test_a_limit_of_cloudflares(body: bytes) -> None:
    reply = read([body], status=429, headers=[(b"Retry-After", b"9"), (b"cf-ray", b"1-FRA")])
    assert class_of(reply) == "rate_limited"
    assert reply.retry_after_s == 9.0


def test_a_limit_of_one_apis_own_tells_nothing() -> None:
    reply = read([b""], status=429, headers=[])
    assert class_of(reply) == "rate_limited"
    assert reply.retry_after_s is None


@pytest.mark.parametrize("kind", ["req", "tokens"])
def test_mistrals_limit_of_zero_is_for_either_kind(kind: str) -> None:
    headers = {f"x-ratelimit-limit-{kind}-minute": "0"}
    assert classify(429, headers, b"{}", []).error_class == "permission"
    assert classify(400, headers, b"{}", []).error_class == "bad_request"
    limits = read_rate_limit(headers, 0.0)
    assert limits is not None
    assert limits.known == [({"req": "requests"}.get(kind, kind), Limit(0))]


def test_how_long_the_relay_itself_took() -> None:
    assert relay_ms({"x-litellm-overhead-duration-ms": "1.5"}) == 1.5
    assert relay_ms({"x-litellm-overhead-duration-ms": "-1"}) is None
    assert relay_ms({}) is None


# ── failures ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "code",
    [
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "insufficient_user_quota",
        "pre_consume_token_quota_failed",
    ],
)
@pytest.mark.parametrize("status", [403, 429])
def test_each_code_of_spent_credit(code: str, status: int) -> None:
    for name in ("code", "type"):
        body = json.dumps({"error": {"message": "no", name: code}}).encode()
        assert classify(status, {}, body, []).error_class == "credit"
        stream = read([ROLE, event({"error": {"message": "no", name: code}})])
        assert class_of(stream) == "credit"


@pytest.mark.parametrize("status", [400, 403, 429])
@pytest.mark.parametrize("code", ["workspace_spend_limit_reached", "org_spend_limit_reached"])
def test_each_of_anthropics_spend_limits(status: int, code: str) -> None:
    details = {"error_code": code}
    for body in (
        {"type": "error", "error": {"type": "rate_limit_error", "details": details}},
        {"type": "error", "error": {"type": "invalid_request_error"}, "details": details},
    ):
        reply = reader("anthropic")([json.dumps(body).encode()], status=status, headers=JSON)
        assert class_of(reply) == "credit"


@pytest.mark.parametrize("status", [502, 504, *range(520, 527)])
@pytest.mark.parametrize("body", [b"", b"<html>", b"error code: 5xx"])
def test_each_status_of_a_gateway(status: int, body: bytes) -> None:
    assert classify(status, {}, body, []).error_class == "gateway"


@pytest.mark.parametrize("status", [301, 302, 307, 308, 304])
def test_no_redirect_is_followed(status: int) -> None:
    reply = read([b"Moved to /billing"], status=status, headers=[(b"Location", b"/billing")])
    assert class_of(reply) == "protocol"


@pytest.mark.parametrize(
    "body", [b'{"message": "busy"}', b'{"detail": "busy"}', b'"busy"', b"busy", b'{"error":"busy"}']
)
def test_each_body_shape_has_its_words(body: bytes) -> None:
    failure = classify(500, {}, body, [])
    assert failure.error_class == "server_error"
    assert "busy" in failure.message


def test_the_bodys_own_code_beats_the_status_and_the_status_the_content_type() -> None:
    page = {"content-type": "text/html"}
    assert classify(503, page, b"<html>", []).error_class == "overloaded"
    assert (
        classify(503, page, b'{"error": {"code": "slow_down"}}', []).error_class == "rate_limited"
    )
    body = b'{"error": {"message": "x", "type": "authentication_error"}}'
    assert classify(400, {}, body, []).error_class == "auth"
