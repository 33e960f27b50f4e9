"""Response headers as a plain mapping; request ids and processing times in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.wire.numbers import number
from relaytop.wire.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_REQUEST_ID = 80
LONGEST_MS = 86_400_000.0
"""A longer processing time is discarded as absurd."""
_REQUEST_IDS = (
    "x-request-id",
    "request-id",
    "x-generation-id",
    "x-oneapi-request-id",
    "x-litellm-call-id",
    "cf-ray",
)
_SERVER_TIMES = (
    "openai-processing-ms",
    "x-litellm-response-duration-ms",
    "x-envoy-upstream-service-time",
)
_RELAY_TIME = "x-litellm-overhead-duration-ms"


def lowered(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by lower-case name; of a repeated one the first counts."""
    headers: dict[str, str] = {}
    for name, value in raw:
        headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip())
    return headers


def request_id(headers: Mapping[str, str], secrets: Sequence[str] = ()) -> str | None:
    """Return the id that a provider's support asks for first, without `secrets` in it."""
    for name in _REQUEST_IDS:
        value = safe(headers.get(name, ""), secrets, MAX_REQUEST_ID)
        if value:
            return value
    return None


def server_ms(headers: Mapping[str, str]) -> float | None:
    """Return the server's own processing time in milliseconds, where it says so."""
    times = (_duration_ms(headers, name) for name in _SERVER_TIMES)
    return next((value for value in times if value is not None), None)


def relay_ms(headers: Mapping[str, str]) -> float | None:
    """Return the relay's own share of that in milliseconds, where it says so."""
    return _duration_ms(headers, _RELAY_TIME)


def _duration_ms(headers: Mapping[str, str], name: str) -> float | None:
    value = number(headers.get(name))
    return value if value is not None and 0 <= value <= LONGEST_MS else None
