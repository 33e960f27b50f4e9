"""The codes, statuses and words by which servers name an error class."""

from __future__ import annotations

import re

BY_CODE = {
    "invalid_api_key": "auth",
    "authentication_error": "auth",
    "auth_error": "auth",
    "no_db_connection": "auth",
    "one_api_error": "auth",
    "api_key_invalid": "auth",
    "unauthenticated": "auth",
    "insufficient_quota": "credit",
    "insufficient_credits": "credit",
    "insufficient_balance": "credit",
    "exceeded_current_quota_error": "credit",
    "credit_balance_exhausted": "credit",
    "organization_spend_limit_exceeded": "credit",
    "project_spend_limit_exceeded": "credit",
    "organization_usage_limit_exceeded": "credit",
    "insufficient_user_quota": "credit",
    "pre_consume_token_quota_failed": "credit",
    "billing_error": "credit",
    "billing_not_active": "credit",
    "billing_hard_limit_reached": "credit",
    "budget_exceeded": "credit",
    "permission_error": "permission",
    "permission_denied": "permission",
    "model_not_found": "not_found",
    "not_found_error": "not_found",
    "get_channel_failed": "not_found",
    "context_length_exceeded": "bad_request",
    "content_filter": "bad_request",
    "content_policy_violation": "bad_request",
    "invalid_request_error": "bad_request",
    "rate_limit_exceeded": "rate_limited",
    "rate_limit_error": "rate_limited",
    "slow_down": "rate_limited",
    "throttling_error": "rate_limited",
    "resource_exhausted": "rate_limited",
    "overloaded_error": "overloaded",
    "internal_server_error": "server_error",
    "server_error": "server_error",
    "api_error": "server_error",
}
"""A body's `code`, `type`, `status` or reason → its class."""

WEAK = frozenset(
    {
        "invalid_request_error",
        "api_error",
        "server_error",
        "internal_server_error",
        "one_api_error",
    }
)
"""Codes that servers use for anything: an error status beats them."""

WORDS_DECIDE = frozenset(
    {
        "throttling_error",
        "resource_exhausted",
        "authentication_error",
        "auth_error",
        "permission_error",
        "permission_denied",
    }
)
"""Codes under which relays also report used-up credit: the message beats them."""

BLAMES_KEY = frozenset({"invalid_api_key", "api_key_invalid", "unauthenticated"})
"""Codes that the message beats only where it states that there is no credit."""

SPEND_LIMIT = re.compile(r"_spend_limit_(?:reached|exceeded)$")
"""A family of codes that all mean `credit`."""

BY_STATUS = {
    401: "auth",
    402: "credit",
    403: "permission",
    404: "not_found",
    408: "timeout",
    429: "rate_limited",
    499: "timeout",
    502: "gateway",
    503: "overloaded",
    504: "gateway",
    **dict.fromkeys(range(520, 527), "gateway"),
    529: "overloaded",
}

KEY_STATUSES = frozenset({401, 403})
"""The statuses with which a mention of credit is the reason: a key is refused for it."""

CREDIT_WORDS = ("credit balance is too low",)
"""Anthropic's, with status 400."""
NOT_FOUND_WORDS = ("invalid model name passed", "model not found", "model_not_found")
OVERLOADED_WORDS = ("no deployments available",)
AUTH_WORDS = ("api key not valid", "api_key_invalid")
"""Gemini's, with status 400, where a relay has lost its `details`."""
