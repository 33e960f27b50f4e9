"""The meaning of each error class, in words that fit a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MEANING: Mapping[str, str] = {
    "auth": "the key is wrong or missing",
    "credit": "out of credit or quota",
    "permission": "the key may not use this model",
    "not_found": "no such model or path",
    "bad_request": "the server rejected the request",
    "rate_limited": "rate limit reached",
    "overloaded": "server or upstream overloaded",
    "server_error": "server error (5xx)",
    "gateway": "relay could not reach upstream",
    "timeout": "timed out before the reply was complete",
    "dns": "the host name does not resolve",
    "connect": "refused, reset or unreachable",
    "tls": "handshake or certificate failed",
    "protocol": "not a valid reply for this API",
    "truncated": "reply ended before its end marker",
    "too_large": "reply exceeds the size limit",
}
