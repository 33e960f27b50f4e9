"""Every row of what failures look like on the wire."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.class_meanings import MEANING
from relaytop.wire.facts import ERROR_CLASSES
from relaytop.wire.failure import classify


def error(message: str = "no", **fields: object) -> bytes:
    return json.dumps({"error": {"message": message, **fields}}).encode()


ROWS: dict[str, tuple[int, bytes, str]] = {
    "401": (401, error("bad key", code="invalid_api_key"), "auth"),
    "401 bare": (401, b"", "auth"),
    "litellm without a database": (400, error("No connected db.", type="no_db_connection"), "auth"),
    "402": (402, b"{}", "credit"),
    "quota": (429, error("You exceeded your quota", code="insufficient_quota"), "credit"),
    "spend limit": (429, error(code="project_spend_limit_exceeded"), "credit"),
    "new-api quota": (403, error(code="insufficient_user_quota"), "credit"),
    "new-api pre-consume": (403, error(code="pre_consume_token_quota_failed"), "credit"),
    "401 that speaks of balance": (401, error("Insufficient balance on this account"), "credit"),
    "403 that speaks of credit": (403, error("You have no credit left"), "credit"),
    "litellm rewrites quota": (
        429,
        error("OpenAIException - credit balance too low", type="throttling_error", code="429"),
        "credit",
    ),
    "credit under a permission type": (
        403,
        error("Insufficient balance", type="permission_error"),
        "credit",
    ),
    "one-api's quota": (403, error("该令牌额度已用尽", type="one_api_error"), "credit"),
    "one-api without a channel": (503, error("none", type="one_api_error"), "overloaded"),
    "403": (403, error("not allowed"), "permission"),
    "404": (404, error("gone"), "not_found"),
    "model_not_found": (400, error(code="model_not_found"), "not_found"),
    "litellm's invalid model": (
        400,
        error("Invalid model name passed in model=x. Call `/v1/models`", code="400"),
        "not_found",
    ),
    "new-api channel": (503, error(code="get_channel_failed"), "not_found"),
    "400": (400, error("bad", type="invalid_request_error"), "bad_request"),
    "413": (413, b"", "bad_request"),
    "gemini's 413": (413, error("large", code=413, status="RESOURCE_EXHAUSTED"), "bad_request"),
    "groq's 413": (413, error("Request too large", code="rate_limit_exceeded"), "bad_request"),
    "422": (422, b'{"detail": [{"msg": "field required"}]}', "bad_request"),
    "context": (400, error(code="context_length_exceeded"), "bad_request"),
    "filter": (400, error(code="content_filter"), "bad_request"),
    "429": (429, error("slow", code="rate_limit_exceeded"), "rate_limited"),
    "429 empty": (429, b"", "rate_limited"),
    "429 that tells where to buy more": (
        429,
        error("Limit 3 requests per min. Add a card: /account/billing", code="rate_limit_exceeded"),
        "rate_limited",
    ),
    "the same, rewritten by litellm": (
        429,
        error("Please try again in 20s. See /billing", type="throttling_error", code="429"),
        "rate_limited",
    ),
    "a load balancer": (429, error("the load balancer says no"), "rate_limited"),
    "gemini a minute": (
        429,
        error(
            "You exceeded your current quota, check your plan and billing. Please retry in 37s.",
            code=429,
            status="RESOURCE_EXHAUSTED",
            details=[{"violations": [{"quotaId": "GenerateRequestsPerMinutePerProject"}]}],
        ),
        "rate_limited",
    ),
    "gemini a day": (
        429,
        error(
            "Quota exceeded",
            code=429,
            status="RESOURCE_EXHAUSTED",
            details=[{"violations": [{"quotaId": "GenerateRequestsPerDayPerProject"}]}],
        ),
        "credit",
    ),
    "gemini's key": (
        400,
        b'[{"error": {"code": 400, "message": "no", "details": [{"reason": "API_KEY_INVALID"}]}}]',
        "auth",
    ),
    "anthropic's spend limit": (
        400,
        error(type="invalid_request_error", details={"error_code": "org_spend_limit_reached"}),
        "credit",
    ),
    "slow_down": (503, error(code="slow_down"), "rate_limited"),
    "529": (529, b"", "overloaded"),
    "503": (503, error("busy"), "overloaded"),
    "overloaded_error": (500, error(type="overloaded_error"), "overloaded"),
    "no deployments": (429, error("No deployments available for selected model"), "overloaded"),
    "500": (500, error("oops", type="server_error"), "server_error"),
    "501": (501, b"", "server_error"),
    "502": (502, b"<html>bad gateway</html>", "gateway"),
    "504": (504, b"", "gateway"),
    "cloudflare": (522, b"error code: 522", "gateway"),
    "a page with 500": (500, b"<!DOCTYPE html><html>", "server_error"),
    "a page with 403": (403, b"<html>blocked", "permission"),
    "a page with 503": (503, b"<html>", "overloaded"),
    "408": (408, b"", "timeout"),
    "499": (499, b"", "timeout"),
    "redirect": (302, b"", "protocol"),
    "portkey": (446, b'{"status": "failure", "message": "guard"}', "bad_request"),
    "openrouter's code": (402, error("need credits", code=402, metadata={}), "credit"),
    "in an array": (429, b'[{"error": {"code": 429, "message": "q"}}]', "rate_limited"),
    "llama.cpp": (500, b'{"detail": "loading"}', "server_error"),
    "a bare string": (429, b'"too fast"', "rate_limited"),
    "anthropic": (
        529,
        b'{"type": "error", "error": {"type": "overloaded_error", "message": "x"}}',
        "overloaded",
    ),
    "a code beside the error": (
        200,
        b'{"error": {"message": "x"}, "code": "500"}',
        "server_error",
    ),
    "a teapot": (418, b"", "bad_request"),
    "401 that shouts of credit": (401, error("INSUFFICIENT_CREDITS"), "credit"),
    "403 with a code for text": (403, error("insufficient_balance"), "credit"),
    "401 with a code of credit": (401, error(code="insufficient_credits"), "credit"),
    "403 with a type of credit": (403, error(type="insufficient_balance"), "credit"),
    "402 with a type of credit": (402, error(type="INSUFFICIENT_CREDITS"), "credit"),
    "401 without credit that offers a later try": (
        401,
        error("Insufficient credits. Top up and try again in a minute"),
        "credit",
    ),
    "403 without credit that offers a later try": (
        403,
        error("No credit left, retry in 60s", type="permission_error"),
        "credit",
    ),
    "401 whose code blames the key and whose text the credit": (
        401,
        error("Out of credits", code="invalid_api_key"),
        "credit",
    ),
    "401 that only tells where keys and billing are": (
        401,
        error("Incorrect API key. Keys and billing: https://x.example", code="invalid_api_key"),
        "auth",
    ),
    "403 for a model that more credit would buy": (
        403,
        error("No access to this model; see your billing plan", code="model_not_found"),
        "not_found",
    ),
    "429 that advertises credits": (
        429,
        error("Too many requests. You can purchase credits to raise your limits."),
        "rate_limited",
    ),
    "429 for free requests": (
        429,
        error("Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000", code=429),
        "rate_limited",
    ),
    "429 that advertises credits, rewritten by litellm": (
        429,
        error("Too many requests. Buy credits.", type="throttling_error", code="429"),
        "rate_limited",
    ),
    "429 that speaks of lacking credit": (429, error("You have run out of credits"), "credit"),
    "429 without funds": (429, error("Insufficient funds in your account"), "credit"),
    "429 in an account without billing": (
        429,
        error("Your account is not active, please check your billing details"),
        "credit",
    ),
    "429 with an empty balance": (429, error("余额不足"), "credit"),
    "accreditation is no credit": (403, error("accredited partners only"), "permission"),
    "401 from a load_balancer": (401, error("load_balance: no such key"), "auth"),
    "anthropic's spend limit beside the error": (
        400,
        b'{"error": {"details": null}, "details": {"error_code": "org_spend_limit_reached"}}',
        "credit",
    ),
    "a code alone": (400, b'{"error": "model_not_found"}', "not_found"),
    "a code under a message": (
        401,
        b'{"error": "insufficient_credits", "message": "no"}',
        "credit",
    ),
    "gemini's key without details": (
        400,
        error("API key not valid. Please pass a valid API key.", code=400, status="INVALID"),
        "auth",
    ),
    "gemini's key, quoted by a relay": (400, error("GeminiException: API_KEY_INVALID"), "auth"),
    "plain 401": (401, b"Unauthorized", "auth"),
    "plain 401 without credit": (401, b"Insufficient credits", "credit"),
    "plain 403 without credit": (403, b"Insufficient credits\n", "credit"),
    "plain 400 of litellm": (400, b"Invalid model name passed in model=foo", "not_found"),
    "plain 429 of litellm": (429, b"No deployments available", "overloaded"),
    "plain 429 without quota": (429, b"You exceeded your current quota", "credit"),
    "plain 429": (429, b"Too Many Requests", "rate_limited"),
    "plain 400 of gemini": (400, b"API key not valid. Please pass a valid API key.", "auth"),
    "an error that was cut off": (401, b'{"error": {"message": "Insufficient cred', "auth"),
    "an error cut off after its words": (401, b'{"error": {"message": "No credits", "t', "credit"),
    "an error under another name": (403, b'{"errors": ["Insufficient credits"]}', "credit"),
    "a page that sells credits": (401, b"<!doctype html><p>buy credits", "auth"),
    "a document that sells credits": (403, b"<?xml version='1.0'?><p>credits", "permission"),
}
REWRITTEN = (
    "organization_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "project_spend_limit_exceeded",
    "credit_balance_exhausted",
    "insufficient_quota",
    "You have reached your organization's spend limit.",
    "Project p_1 exceeded its spend limit",
    "Your organization has reached its usage limit",
)


@pytest.mark.parametrize("words", REWRITTEN)
def test_litellm_leaves_only_the_words_of_what_is_spent(words: str) -> None:
    message = f"litellm.RateLimitError: RateLimitError: OpenAIException - {words}. Fallbacks=None"
    body = error(message, type="throttling_error", param=None, code="429")
    assert classify(429, {}, body, []).error_class == "credit"
    assert classify(429, {}, message.encode(), []).error_class == "credit"


@pytest.mark.parametrize(("status", "body", "error_class"), ROWS.values(), ids=ROWS)
def test_each_row(status: int, body: bytes, error_class: str) -> None:
    failure = classify(status, {}, body, [])
    assert failure.error_class == error_class
    assert failure.message


def test_the_servers_words_are_kept_and_made_safe() -> None:
    body = error("no \x1b[31mkey sk-abcdefghijkl \u202e")
    assert classify(401, {}, body, ["sk-abcdefghijkl"]).message == "no key [key hidden]"


def test_an_upstream_that_a_relay_quotes_is_shown() -> None:
    body = error("Provider returned error", code=503, metadata={"raw": "no capacity"})
    assert classify(503, {}, body, []).message == "Provider returned error: no capacity"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (429, b'{"error": {"message": ""}}', "too many requests (no details from the server)"),
        (500, b'{"error": {"code": "e_77"}}', "HTTP 500 with the error e_77"),
        (500, b'{"error": {"message": {"text": "deep"}}}', '{"text": "deep"}'),
        (302, b"", "HTTP 302: a redirect, which is not followed; check base_url"),
        (502, b"<html>", "HTTP 502 with a web page instead of JSON"),
        (503, b"", "HTTP 503 without a body"),
        (522, b"error code: 522", "HTTP 522: error code: 522"),
        (401, b"Insufficient credits", "HTTP 401: Insufficient credits"),
    ],
)
def test_where_the_server_has_no_words_we_have(status: int, body: bytes, words: str) -> None:
    assert classify(status, {}, body, []).message == words


def test_a_mistral_limit_of_zero_is_permanent_but_spent_credit_stays_credit() -> None:
    zero = {"x-ratelimit-limit-req-minute": "0"}
    assert classify(429, zero, b"{}", []).error_class == "permission"
    assert classify(429, zero, error(code="insufficient_quota"), []).error_class == "credit"


@pytest.mark.parametrize("frame", [b"%s", b'{"error": %s}', b'{"detail": %s}', b'{"message": %s}'])
def test_a_body_nested_to_the_recursion_limit_is_survived(frame: bytes) -> None:
    for depth in (*range(800, 1100, 5), 100_000):
        for inner in (b"[" * depth + b"]" * depth, b'{"message":' * depth + b"1" + b"}" * depth):
            failure = classify(500, {}, frame % inner, [])
            assert failure.error_class == "server_error"


def test_every_class_has_a_meaning_that_fits_a_line() -> None:
    assert set(MEANING) == set(ERROR_CLASSES)
    assert all(0 < len(meaning) <= 60 for meaning in MEANING.values())


@given(st.integers(100, 999), st.binary(max_size=300) | st.text().map(str.encode))
def test_the_unforeseen_still_has_a_class(status: int, body: bytes) -> None:
    assert classify(status, {}, body, []).error_class in ERROR_CLASSES


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "code", "type", "detail", "details", "metadata", "reason"]
            ),
            inner,
        )
    ),
    max_leaves=10,
)


@given(st.integers(200, 599), json_values)
def test_so_has_any_json(status: int, document: object) -> None:
    failure = classify(status, {}, json.dumps(document).encode(), [])
    assert failure.error_class in ERROR_CLASSES
