"""More of vendors' words and codes: each means the same under any status and in any API."""

import json

import pytest

from relaytop.wire.error_codes import BY_CODE, FAMILIES, known_code
from relaytop.wire.failure import classify
from tests.support.server import ROLE, event
from tests.wire.reading import JSON, class_of, read, reader

WORDS = {
    "credit": [
        "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
        "Your newly created team doesn't have any credits yet.",
        "Authentication Error, ExceededTokenBudget: Current spend for token: 7.2e-05",
        "ExceededBudget: User=abc over budget. Spend=2, Budget=1",
        "Budget has been exceeded! Current cost: 0.01, Max budget: 0.001",
        "Your account [1] has exhausted its free trial quota for the [x] model",
        "Credit limit exceeded, please navigate to billing",
        "Insufficient USD or Diem balance to complete request",
        "Quota exceeded and account balance is $0.0, please pay",
        "inference prohibited, please enter a payment method on https://deepinfra.com",
        "The account has been suspended due to non-payment",
        "Your trial has expired, please upgrade",
        "Monthly quota exceeded",
        "token quota is not enough, token remain quota: 0.01",
        "资源包已用尽",
        "Saldo insuficiente",
        "残高不足",
    ],
    "overloaded": [
        "Infrastructure is at maximum capacity, try again later",
        "Model busy, retry later",
        "server busy, please try again.  maximum pending requests exceeded",
        "Capacity temporarily exceeded, please try again.",
        "The request queue is full.",
        "GPU resources are insufficient, try later",
        "Your requests are being throttled due to system capacity limits.",
        "upstream load is saturated",
        "负载已经达到上限",
        "当前模型请求量过高",
        "The model is currently experiencing high traffic.",
    ],
}


@pytest.mark.parametrize("error_class", WORDS)
@pytest.mark.parametrize("status", [200, 400, 429, 500, 503])
def test_words_in_any_api_under_any_status(error_class: str, status: int) -> None:
    for words in WORDS[error_class]:
        for document in ({"error": {"message": words}}, {"detail": words}, {"error": words}):
            body = json.dumps(document).encode()
            for api in ("openai", "azure", "anthropic", "gemini"):
                reply = reader(api)([body], status=status, headers=JSON)
                assert class_of(reply) == error_class, words
            assert class_of(read([ROLE, event(document)])) == error_class, words


CODES = {
    "credit": """
        PrepaidBillOverdue PostpaidBillOverdue CommodityNotPurchased credit_limit
        account_balance_insufficient user_balance_not_enough InsufficientAccountBalance
        CREDITS_DEPLETED trial_expired monthly_spend_limit PAYMENT_FAILED account_in_arrears
        BILLING_DISABLED ExceededTokenBudget no_credits_left
    """,
    "overloaded": """
        resource_unavailable NoCapacity no_available_capacity insufficient_capacity model_busy
        provider_overloaded ServiceOverload ModelServingBusy CapacityExceededError queue_full
    """,
    "rate_limited": """
        ModelAccountRpmRateLimitExceeded ModelAccountTpmRateLimitExceeded tokens_limit_reached
        APIAccountRpmRateLimitExceeded ServiceQuotaExceededException request_throttled 1302 1308
    """,
}


@pytest.mark.parametrize("error_class", CODES)
@pytest.mark.parametrize("field", ["code", "type"])
def test_codes_of_a_family(error_class: str, field: str) -> None:
    for code in CODES[error_class].split():
        document = {"error": {"message": "x", field: code}}
        body = json.dumps(document).encode()
        for status in (200, 400, 429, 500):
            assert class_of(read([body], status=status, headers=JSON)) == error_class, code
        assert class_of(read([ROLE, event(document)])) == error_class, code


@pytest.mark.parametrize(
    ("status", "error_class"),
    [
        (419, "auth"),
        (430, "rate_limited"),
        (440, "auth"),
        (446, "bad_request"),
        (495, "auth"),
        (496, "auth"),
        (508, "gateway"),
        (523, "gateway"),
        (999, "permission"),
    ],
)
def test_statuses_outside_the_usual_list(status: int, error_class: str) -> None:
    assert classify(status, {}, b"", []).error_class == error_class


def test_families_have_known_forms() -> None:
    assert all(known in BY_CODE for known, _form in FAMILIES)
    assert known_code("x" * 100 + "overloaded") == ""


@pytest.mark.parametrize(
    ("status", "words", "error_class"),
    [
        (403, "insufficient permissions to see the quota", "permission"),
        (
            429,
            "Rate limit: 3 per min. Please add a payment method to your account.",
            "rate_limited",
        ),
        (400, "the prompt exceeds the capacity of the context window", "bad_request"),
        (400, "balance is no field of this request", "bad_request"),
        (429, "Too many requests, balance your load", "rate_limited"),
        (429, "free-models-per-day. Add 10 credits to unlock 1000 requests", "rate_limited"),
        (400, "Incorrect API key provided: xa***yz.", "auth"),
    ],
)
def test_words_that_mean_something_else(status: int, words: str, error_class: str) -> None:
    body = json.dumps({"error": {"message": words}}).encode()
    assert classify(status, {}, body, []).error_class == error_class
