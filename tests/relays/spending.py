"""Production, as far as a monitor sees it: whoever else uses the same key."""

import json
import urllib.error
import urllib.request
from http import HTTPStatus

MOST = 100
"""Requests after which there should be nothing left."""


def use_up(base_url: str, key: str, model: str) -> None:
    """Spend what a key may send in this minute, up to the first 429."""
    words = {"model": model, "messages": [{"role": "user", "content": "production"}]}
    request = urllib.request.Request(
        f"{base_url}/chat/completions",
        json.dumps(words).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    assert HTTPStatus.TOO_MANY_REQUESTS in (_status_of(request) for _ in range(MOST))


def _status_of(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=10):
            return HTTPStatus.OK
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
