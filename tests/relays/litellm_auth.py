"""The proxy's key check: a real 401 without a database."""

from keys import KEY, KEY_RPM, LIMITED_KEY
from litellm.proxy._types import ProxyException, UserAPIKeyAuth

LIMITS: dict[str, dict[str, int]] = {KEY: {}, LIMITED_KEY: {"rpm_limit": KEY_RPM}}
"""Limits of each key in a minute."""


async def user_api_key_auth(request: object, api_key: str) -> UserAPIKeyAuth:
    """Accept two keys, one of which may do little, and no other."""
    del request
    if api_key not in LIMITS:
        message = "Authentication Error, this key is not known to the test proxy."
        raise ProxyException(message=message, type="auth_error", param="None", code=401)
    return UserAPIKeyAuth(api_key=api_key, **LIMITS[api_key])
