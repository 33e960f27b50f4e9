"""The meaning of each error class, in words that fit a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MEANING: Mapping[str, str] = {
    "auth": "the key is wrong or not sent: check it",
    "credit": "out of credit or quota: waiting does not help",
    "permission": "the key may not use this model",
    "not_found": "no such model or path: check id and base_url",
    "bad_request": "the server refuses the request as it is",
    "rate_limited": "too many requests: the limit is used up",
    "overloaded": "the server or its upstream is overloaded",
    "server_error": "the server failed inside",
    "gateway": "the relay could not reach its upstream",
    "timeout": "no whole answer before the deadline",
    "dns": "the host's name does not resolve",
    "connect": "refused, reset or unreachable",
    "tls": "handshake or certificate failed",
    "protocol": "the answer is no reply of this API",
    "truncated": "the reply was cut off in the middle",
    "too_large": "the reply went past our bounds",
}
