"""Credit, overload and the like in the words and codes of vendors, under whatever status."""

import json

import pytest

from relaytop.wire.failure import classify
from tests.support.server import ROLE, event
from tests.wire.reading import JSON, class_of, read, reader

ROWS: dict[str, tuple[int, object, str]] = {
    # credit
    "alibaba: arrears": (
        400,
        {
            "error": {
                "message": "Access denied, please make sure your account is in good standing.",
                "type": "Arrearage",
                "code": "Arrearage",
            }
        },
        "credit",
    ),
    "alibaba: arrears, its own api": (400, {"code": "Arrearage", "message": "denied"}, "credit"),
    "alibaba: arrears, in words alone": (
        400,
        {"message": "make sure your account is in good standing. #overdue-payment"},
        "credit",
    ),
    "alibaba: the free tier": (
        403,
        {"error": {"code": "AllocationQuota.FreeTierOnly", "message": "The free tier ended."}},
        "credit",
    ),
    "zhipu: arrears": (429, {"error": {"code": "1113", "message": "您的账户已欠费"}}, "credit"),
    "zhipu: arrears as a number": (429, {"error": {"code": 1113, "message": "no"}}, "credit"),
    "zhipu: arrears in a 200": (200, {"code": 1113, "msg": "欠费", "success": False}, "credit"),
    "siliconflow": (
        403,
        {"code": 30001, "message": "Sorry, your account balance is insufficient", "data": None},
        "credit",
    ),
    "volcengine: overdue": (
        403,
        {"error": {"code": "AccountOverdueError", "message": "no", "type": "Forbidden"}},
        "credit",
    ),
    "volcengine: the user's own bound": (
        429,
        {"error": {"code": "SetLimitExceeded", "message": "paused", "type": "TooManyRequests"}},
        "credit",
    ),
    "minimax: balance in a 200": (
        200,
        {"choices": None, "base_resp": {"status_code": 1008, "status_msg": "no"}},
        "credit",
    ),
    "minimax: balance as an error": (
        429,
        {
            "type": "error",
            "error": {"type": "insufficient_balance_error", "message": "x (1008)"},
        },
        "credit",
    ),
    "tencent": (
        200,
        {
            "Response": {
                "Error": {"Code": "FailedOperation.ResourcePackExhausted", "Message": "no"},
                "RequestId": "r",
            }
        },
        "credit",
    ),
    "tencent: arrears": (
        400,
        {"Response": {"Error": {"Code": "ResourceUnavailable.InArrears", "Message": "no"}}},
        "credit",
    ),
    "baidu": (200, {"error_code": 17, "error_msg": "Open api daily request limit"}, "credit"),
    "moonshot": (
        429,
        {"error": {"type": "exceeded_current_quota_error", "message": "check your plan"}},
        "credit",
    ),
    "stepfun": (402, {"error": {"type": "quota_exceeded", "message": "no balance"}}, "credit"),
    "deepseek, relayed": (
        400,
        {"error": {"message": "Insufficient Balance", "type": "unknown_error"}},
        "credit",
    ),
    "xai": (
        403,
        {
            "code": "The caller does not have permission",
            "error": "Your team has used all available credits or reached its spending limit.",
        },
        "credit",
    ),
    "xai: its code": (
        429,
        {"code": "personal-team-blocked:spending-limit", "error": "blocked"},
        "credit",
    ),
    "fireworks": (
        412,
        {"error": {"message": "Account is suspended: monthly spending limit, past invoices"}},
        "credit",
    ),
    "openrouter: the key's limit": (
        403,
        {"error": {"code": 403, "message": "Key limit exceeded (total limit)"}},
        "credit",
    ),
    "openrouter: can only afford": (
        400,
        {"error": {"message": "This request requires more credits, or fewer max_tokens."}},
        "credit",
    ),
    "openrouter quotes its upstream": (
        400,
        {
            "error": {
                "code": 400,
                "message": "Provider returned error",
                "metadata": {"raw": '{"error":{"code":"Arrearage","message":"x"}}'},
            }
        },
        "credit",
    ),
    "cloudflare: the daily allocation": (
        429,
        {"success": False, "errors": [{"code": 3036, "message": "used up your daily free quota"}]},
        "credit",
    ),
    "elevenlabs": (401, {"detail": {"status": "quota_exceeded", "message": "x"}}, "credit"),
    "a server that fails for it": (500, {"error": {"message": "insufficient quota"}}, "credit"),
    "a 503 for it": (503, {"error": {"message": "余额不足"}}, "credit"),
    "a 404 for it": (404, {"message": "You have no credits left"}, "credit"),
    "deepl": (456, {}, "credit"),
    # a quota that resets is a limit
    "a quota with a time": (
        429,
        {"error": {"code": "quota_exceeded", "message": "try again in 20s"}},
        "rate_limited",
    ),
    "alibaba: tokens a minute": (
        429,
        {"code": "Throttling.AllocationQuota", "message": "Allocated quota exceeded"},
        "rate_limited",
    ),
    "alibaba: requests": (429, {"code": "Throttling.RateQuota", "message": "x"}, "rate_limited"),
    "alibaba: openai's api": (429, {"error": {"code": "limit_requests"}}, "rate_limited"),
    "volcengine: requests": (
        429,
        {"error": {"code": "RateLimitExceeded.EndpointRPMExceeded", "message": "x"}},
        "rate_limited",
    ),
    "minimax: requests": (200, {"base_resp": {"status_code": 1002}}, "rate_limited"),
    "baidu: requests": (200, {"error_code": 18, "error_msg": "qps"}, "rate_limited"),
    "baidu: openai's api": (429, {"error": {"code": "rpm_rate_limit_exceeded"}}, "rate_limited"),
    "tencent: requests": (
        200,
        {"Response": {"Error": {"Code": "RequestLimitExceeded", "Message": "x"}}},
        "rate_limited",
    ),
    "moonshot: requests": (
        429,
        {"error": {"type": "rate_limit_reached_error", "message": "max RPM: 3"}},
        "rate_limited",
    ),
    "aws": (400, {"__type": "x#ThrottlingException", "message": "slow"}, "rate_limited"),
    "digitalocean": (429, {"id": "too_many_requests", "message": "limit"}, "rate_limited"),
    "enhance your calm": (420, {}, "rate_limited"),
    # overload
    "moonshot: overload": (
        429,
        {
            "error": {
                "type": "engine_overloaded_error",
                "message": "The engine is currently overloaded, please try again later",
            }
        },
        "overloaded",
    ),
    "overload in words alone": (
        429,
        {"error": {"message": "That model is currently overloaded with other requests"}},
        "overloaded",
    ),
    "overload in words, rewritten": (
        429,
        {"error": {"message": "engine is overloaded", "type": "throttling_error", "code": "429"}},
        "overloaded",
    ),
    "overload in a 200": (200, {"error": {"message": "The engine is overloaded"}}, "overloaded"),
    "overload in a 500": (500, {"error": {"message": "Model is overloaded"}}, "overloaded"),
    "overload in a 400": (400, {"message": "server is busy"}, "overloaded"),
    "volcengine: overload": (
        429,
        {"error": {"code": "ServerOverloaded", "type": "TooManyRequests", "message": "x"}},
        "overloaded",
    ),
    "siliconflow: overload": (503, {"code": 50505, "message": "Model busy"}, "overloaded"),
    "zhipu: overload": (429, {"error": {"code": "1305", "message": "请稍后"}}, "overloaded"),
    "new-api: overload": (500, {"error": {"message": "当前分组上游负载已饱和"}}, "overloaded"),
    "tencent: overload": (
        200,
        {"Response": {"Error": {"Code": "FailedOperation.EngineServerLimitExceeded"}}},
        "overloaded",
    ),
    "mistral: overload": (
        429,
        {"type": "service_tier_capacity_exceeded", "message": "x", "code": "3505"},
        "overloaded",
    ),
    "tgi: overload": (
        429,
        {"error": "Model is overloaded", "error_type": "overloaded"},
        "overloaded",
    ),
    "groq: the flex tier": (498, {"error": {"message": "flex"}}, "overloaded"),
    "aws: overload": (500, {"__type": "ModelNotReadyException", "message": "x"}, "overloaded"),
    # the rest
    "minimax: the key": (200, {"base_resp": {"status_code": 1004}}, "auth"),
    "minimax: a filter": (200, {"base_resp": {"status_code": 1027}}, "bad_request"),
    "alibaba: a filter": (400, {"code": "DataInspectionFailed", "message": "x"}, "bad_request"),
    "zhipu: no such model": (400, {"error": {"code": "1211", "message": "x"}}, "not_found"),
    "azure: no such deployment": (
        404,
        {"error": {"code": "DeploymentNotFound", "message": "x"}},
        "not_found",
    ),
    "an error inside an error": (
        500,
        {"error": {"error": {"code": "insufficient_quota"}}},
        "credit",
    ),
    "bedrock: a model's failure": (424, {"message": "model error"}, "server_error"),
    "gone": (410, {}, "not_found"),
    "for legal reasons": (451, {}, "permission"),
    "nginx: closed": (444, {}, "gateway"),
    "aws: the client left": (460, {}, "timeout"),
    "a tunnel": (
        530,
        {
            "type": "https://example/error-1033/",
            "title": "Error 1033: Cloudflare Tunnel error",
            "status": 530,
            "detail": "The host is unreachable.",
            "error_code": 1033,
            "error_name": "tunnel_error",
            "cloudflare_error": True,
        },
        "gateway",
    ),
    "the edge's rate limit": (
        403,
        {"error_code": 1015, "cloudflare_error": True, "detail": "limited"},
        "rate_limited",
    ),
    "the edge's firewall": (
        503,
        {"error_code": 1020, "cloudflare_error": True, "detail": "no"},
        "permission",
    ),
    "railgun": (527, {}, "gateway"),
    "a proxy's timeout": (598, {}, "gateway"),
    "a proxy's timeout to connect": (599, {}, "gateway"),
}


@pytest.mark.parametrize(("status", "document", "error_class"), ROWS.values(), ids=ROWS)
def test_each_row(status: int, document: object, error_class: str) -> None:
    reply = read([json.dumps(document).encode()], status=status, headers=JSON)
    assert class_of(reply) == error_class
    assert reply.failure is not None
    assert reply.failure.message


CREDIT = [
    row
    for name, row in ROWS.items()
    if row[2] in {"credit", "overloaded"} and row[1] and "flex" not in name
]


@pytest.mark.parametrize("row", CREDIT, ids=lambda row: json.dumps(row[1])[:40])
def test_what_a_body_says_of_credit_and_overload_holds_in_any_api_and_in_a_stream(
    row: tuple[int, object, str],
) -> None:
    _status, document, error_class = row
    body = json.dumps(document).encode()
    for api in ("openai", "azure", "anthropic", "gemini"):
        assert class_of(reader(api)([body], headers=JSON)) == error_class
        assert class_of(read([ROLE, event(document)])) == error_class


@pytest.mark.parametrize(
    ("body", "error_class"),
    [
        (b"error code: 1033", "gateway"),
        (b"error code: 1016", "gateway"),
        (b"error code: 1015", "rate_limited"),
        (b"error code: 1102", "overloaded"),
        (b"<!doctype html><title>Error 1033</title>", "gateway"),
        (b"", "gateway"),
    ],
)
def test_cloudflares_530(body: bytes, error_class: str) -> None:
    assert classify(530, {}, body, []).error_class == error_class


def test_a_problems_title_and_detail_are_its_words() -> None:
    body = json.dumps(ROWS["a tunnel"][1]).encode()
    words = "Error 1033: Cloudflare Tunnel error: The host is unreachable."
    assert classify(530, {}, body, []).message == words


@pytest.mark.parametrize("body", [b"", b"<html><title>407 Proxy Authentication Required</title>"])
def test_a_proxy_that_wants_a_password_is_no_refusal_of_the_server(body: bytes) -> None:
    failure = classify(407, {"proxy-authenticate": "Basic"}, body, [])
    assert failure.error_class == "connect"
    assert "407 Proxy Authentication Required" in failure.message


@pytest.mark.parametrize(
    "document",
    [
        {"choices": [{"message": {"content": "hi"}}], "base_resp": {"status_code": 0}},
        {"choices": [{"message": {"content": "hi"}}], "error": None, "code": 0, "message": ""},
    ],
)
def test_a_state_of_zero_is_a_good_reply(document: object) -> None:
    assert read([json.dumps(document).encode()], headers=JSON).failure is None


@pytest.mark.parametrize(
    ("status", "message", "error_class"),
    [
        (400, "prompt is too long: 5 tokens", "bad_request"),
        (404, "The server is overloaded with models, but has not this one", "not_found"),
        (401, "overloaded key", "auth"),
        (429, "Limit reached. Recharge to raise it. Please try again in 20s", "rate_limited"),
        (500, "top up the tank", "server_error"),
        (400, "payment is no field of this request", "bad_request"),
    ],
)
def test_what_only_sounds_like_it(status: int, message: str, error_class: str) -> None:
    body = json.dumps({"error": {"message": message}}).encode()
    assert classify(status, {}, body, []).error_class == error_class
