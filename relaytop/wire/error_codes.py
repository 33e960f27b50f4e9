"""The codes, statuses and words by which servers name an error class."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s_-]+")
_SEGMENTS = re.compile(r"[.:/#]")
_SUFFIX = re.compile(r"(?:error|exception)$")


def code_key(code: str) -> str:
    """Return a code without case and separators: `InsufficientQuota`, `insufficient_quota`."""
    return _SEPARATORS.sub("", code.lower())


_CODES = {
    "auth": """
        invalid_api_key authentication_error auth_error no_db_connection one_api_error
        api_key_invalid unauthenticated unauthorized invalid_authentication incorrect_api_key
        missing_api_key expired_api_key invalid_iam_token auth_failure invalid_token
        base_resp.1004 base_resp.2049 error_code.110 error_code.111
    """,
    "credit": """
        insufficient_quota insufficient_credit insufficient_credits insufficient_balance
        insufficient_funds insufficient_user_quota insufficient_user_balance
        exceeded_current_quota_error credit_balance_exhausted credit_exhausted credits_exhausted
        credit_limit_exceeded organization_spend_limit_exceeded project_spend_limit_exceeded
        organization_usage_limit_exceeded pre_consume_token_quota_failed spending_limit
        spend_limit_exceeded spending_limit_exceeded billing_error billing_not_active
        billing_hard_limit_reached budget_exceeded payment_required payment_required_error
        quota_exceeded quota_exhausted balance_not_enough not_enough_balance no_balance low_balance
        out_of_credits no_credits subscription_expired plan_expired
        arrearage arrears in_arrears account_arrears service_stop_arrears overdue overdue_payment
        account_overdue account_overdue_error set_limit_exceeded
        allocation_quota.free_tier_only free_tier_only
        resource_pack_exhausted free_resource_pack_exhausted charge_resource_exhausted
        base_resp.1008 error_code.17 error_code.19
        1113 1309 30001
    """,
    "permission": """
        permission_error permission_denied access_denied base_resp.2061 error_code.6
        cloudflare.1006 cloudflare.1007 cloudflare.1008 cloudflare.1009 cloudflare.1010
        cloudflare.1012 cloudflare.1020 cloudflare.1106
    """,
    "not_found": """
        model_not_found not_found_error not_found resource_not_found model_not_exist
        model_not_exists deployment_not_found get_channel_failed 1211 20012
    """,
    "bad_request": """
        context_length_exceeded content_filter content_policy_violation invalid_request_error
        data_inspection_failed responsible_ai_policy_violation sensitive_content_detected
        base_resp.1026 base_resp.1027 base_resp.1042 base_resp.2013
    """,
    "rate_limited": """
        rate_limit_exceeded rate_limit_error rate_limit rate_limited rate_limit_reached
        rpm_rate_limit_exceeded tpm_rate_limit_exceeded slow_down throttling_error throttling
        throttled throttling_exception resource_exhausted too_many_requests request_limit_exceeded
        limit_exceeded limit_requests limit_burst_rate concurrency_limit_exceeded
        inflight_batchsize_exceeded
        base_resp.1002 base_resp.1039 base_resp.1041 base_resp.2045 base_resp.2056
        1302 1303 1308 1310 error_code.18
        error_code.336501 error_code.336502 cloudflare.1015 cloudflare.1027
    """,
    "overloaded": """
        overloaded overloaded_error engine_overloaded engine_overloaded_error server_overloaded
        model_overloaded server_busy service_busy system_busy capacity_exceeded at_capacity
        no_capacity out_of_capacity flex_tier_capacity_exceeded service_tier_capacity_exceeded
        service_unavailable unavailable model_not_ready engine_server_limit_exceeded
        resource_insufficient resource_unavailable 1305 1312 50505 error_code.4 error_code.336100
        cloudflare.1102 cloudflare.1200
    """,
    "server_error": """
        internal_server_error internal_error internal_service_error server_error api_error
        base_resp.1000 base_resp.1013 base_resp.1024 base_resp.1033 cloudflare.1101
    """,
    "gateway": "bad_gateway gateway_timeout tunnel_error base_resp.1001",
}
BY_CODE = {
    code_key(code): error_class for error_class, codes in _CODES.items() for code in codes.split()
}
"""A body's `code`, `type`, `status` or reason (`code_key`) → its class.

`base_resp.N` is MiniMax's, `error_code.N` Baidu's, `cloudflare.N` an error of Cloudflare's edge;
bare numbers are Zhipu's and SiliconFlow's, those alone that their statuses do not tell.
"""


def _keys(codes: str) -> frozenset[str]:
    return frozenset(code_key(code) for code in codes.split())


FAMILIES = (
    (
        "insufficientbalance",
        re.compile(
            r"arrear|overdue|notpurchased|nocredit|(?:insufficient|notenough|outof)[a-z]{0,12}"
            r"(?:balance|credit|fund|quota)|(?:balance|credit|fund)s?(?:is|are)?"
            r"(?:insufficient|exhausted|depleted|notenough|exceeded|limit)|spend(?:ing)?limit"
            r"|(?:trial|subscription|plan)[a-z]{0,8}expired|payment(?:required|failed)"
            r"|billing(?:is)?(?:disabled|notenabled|inactive)|budget[a-z]{0,8}exceeded"
            r"|exceeded[a-z]{0,8}budget"
        ),
    ),
    (
        "overloaded",
        re.compile(
            r"overload|(?:server|service|system|model|engine|serving|provider|upstream)(?:is)?busy"
            r"|(?:no|insufficient|outof|over)(?:available)?capacity|capacity(?:exceeded|limit)"
            r"|queue(?:is)?full"
        ),
    ),
    (
        "toomanyrequests",
        re.compile(
            r"ratelimit|toomanyrequests|throttl|servicequotaexceeded"
            r"|(?:rpm|tpm|tokens?|requests?)limit(?:reached|exceeded)"
        ),
    ),
)
"""Known code (`code_key`) → the form of unknown ones that mean the same, as each vendor writes
`provider_overloaded`, `ModelAccountRpmRateLimitExceeded`, `user_balance_not_enough`."""
MAX_FAMILY_CODE = 80
"""Characters of a code that may be of a family; longer ones are sentences."""

WEAK = _keys(
    """
    invalid_request_error api_error server_error internal_server_error internal_error
    internal_service_error one_api_error limit_exceeded access_denied unavailable
    service_unavailable bad_gateway gateway_timeout not_found unauthorized
    """
)
"""Codes that servers use for anything: an error status beats them."""

WORDS_DECIDE = _keys(
    """
    throttling_error throttling resource_exhausted rate_limit_error too_many_requests
    authentication_error auth_error permission_error permission_denied
    """
)
"""Codes under which relays also report used-up credit: the message beats them."""

BLAMES_KEY = _keys("invalid_api_key api_key_invalid unauthenticated")
"""Codes that the message beats only where it states that there is no credit."""

MAY_RESET = _keys("quota_exceeded quota_exhausted")
"""Codes of used-up quota that are rate limits where the message names a time."""

SPEND_LIMIT = re.compile(r"_spend_limit_(?:reached|exceeded)$")
"""A family of codes that all mean `credit`."""


def known_code(code: str) -> str:
    """Return the key in `BY_CODE` that a code means; empty for one that is not known.

    Of a code in segments, as Alibaba, Tencent, Volcengine and AWS write them, the last that is
    known counts, else the first.
    """
    segments = _SEGMENTS.split(code)
    for text in (code, segments[-1], segments[0]):
        key = code_key(text)
        for form in (key, _SUFFIX.sub("", key)):
            if form in BY_CODE:
                return form
    key = code_key(code) if len(code) <= MAX_FAMILY_CODE else ""
    return next((known for known, form in FAMILIES if form.search(key)), "")


BY_STATUS = {
    401: "auth",
    402: "credit",
    403: "permission",
    404: "not_found",
    407: "connect",  # a proxy's, on the way
    408: "timeout",
    410: "not_found",  # a model that was taken away
    419: "auth",  # Laravel: the session has ended
    420: "rate_limited",
    424: "server_error",  # TGI and Bedrock: the generation failed
    429: "rate_limited",
    430: "rate_limited",  # Shopify
    440: "auth",  # IIS: the login has ended
    444: "gateway",  # nginx: closed without an answer
    451: "permission",
    456: "credit",  # DeepL: the quota is used up
    460: "timeout",  # AWS: as nginx's 499
    495: "auth",  # nginx: it does not accept the client's certificate
    496: "auth",  # nginx: it wants one
    498: "overloaded",  # Groq: no capacity in the flex tier
    499: "timeout",
    502: "gateway",
    503: "overloaded",
    504: "gateway",
    508: "gateway",  # a relay that asks itself
    509: "rate_limited",  # a host's bandwidth limit
    511: "gateway",  # a captive portal
    **dict.fromkeys(range(520, 528), "gateway"),
    529: "overloaded",
    530: "gateway",  # Cloudflare's 1xxx: it does not reach the origin
    561: "auth",  # AWS: the identity provider refuses
    598: "gateway",
    599: "gateway",
    999: "permission",  # LinkedIn and Yahoo: not for programs
}

KEY_STATUSES = frozenset({401, 403})
"""The statuses with which a mention of credit is the reason: a key is refused for it."""

CLEAR_STATUSES = frozenset({401, 402, 403, 404, 407, 410, 413})
"""The statuses that words of overload do not beat."""

CREDIT_WORDS = ("credit balance is too low",)
"""Anthropic's, with status 400."""
NOT_FOUND_WORDS = (
    "invalid model name passed",
    "model not found",
    "model_not_found",
    "model does not exist",
    "model identifier is invalid",
)
OVERLOADED_WORDS = re.compile(
    r"(?<![a-z])over[- ]?load(?:ed|ing)?(?![a-z])|no deployments available"
    r"|(?:at|over|out of|no|insufficient|exceeded)"
    r" (?:(?:max|maximum|full|available|enough|more|peak) ){0,2}capacity"
    r"|capacity (?:is |has been )?(?:currently |temporarily )?(?:exceeded|exhausted)"
    r"|capacity (?:limits|constraints)"
    r"|(?:server|service|system|model|engine|provider|upstream)s? (?:is |are )?"
    r"(?:currently |temporarily |too )?busy"
    r"|(?:high|heavy) (?:demand|load|traffic)(?![a-z])|load is (?:saturated|too high)"
    r"|queue is (?:currently )?full|(?:maximum|too many) (?:pending|queued) requests"
    r"|(?:gpu|compute|computing|system) resources? (?:is |are )?(?:currently )?insufficient"
    r"|insufficient (?:gpu|compute|computing|system) resources?"
    r"|繁忙|过载|负载过高|负载已饱和|负载已经?达到上限|(?:访问|请求)量过[大高]"
)
AUTH_WORDS = (
    "api key not valid",
    "api_key_invalid",
    "incorrect api key",
    "invalid api key",
)
"""Gemini's and xAI's, with status 400, where nothing else says it."""
