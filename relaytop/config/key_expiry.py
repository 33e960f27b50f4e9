"""When a key expires, where it says so itself: a JSON Web Token."""

from __future__ import annotations

import base64
import binascii
import json

MAX_TOKEN = 16 * 1024
_PARTS = 3
LATEST = 4e9
"""Unix seconds; a later end is none."""


def expires_at(key: str) -> float | None:
    """Return when a key expires, Unix seconds; None of one that does not say it.

    The token's signature is its server's to check.
    """
    parts = key.split(".")
    if len(parts) != _PARTS or len(key) > MAX_TOKEN:
        return None
    payload = parts[1]
    try:
        data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        document = json.loads(data)
    except (binascii.Error, ValueError, RecursionError):
        return None
    end = document.get("exp") if isinstance(document, dict) else None
    if isinstance(end, bool) or not isinstance(end, int | float):
        return None
    return float(end) if 0 < end < LATEST else None
