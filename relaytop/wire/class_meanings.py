"""The meaning of each error class, in words that fit a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MEANING: Mapping[str, str] = {
    "auth": "the key is wrong or missing",
    "credit": "out of credit or quota: waiting does not help",
    "permission": "the key may not use this model",
    "not_found": "no such model or path: check model id and base_url",
    "bad_request": "the server rejected the request",
    "rate_limited": "too many requests: rate limit reached",
    "overloaded": "the server or its upstream is overloaded",
    "server_error": "server error (5xx)",
    "gateway": "the relay could not reach its upstream",
    "timeout": "timed out before the reply was complete",
    "dns": "the host name does not resolve",
    "connect": "connection refused, reset or unreachable",
    "tls": "TLS handshake or certificate failed",
    "protocol": "not a valid reply for this API",
    "truncated": "the reply ended before it was complete",
    "too_large": "the reply exceeded the size limit",
}
