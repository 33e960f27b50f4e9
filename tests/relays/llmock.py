"""A running llmock: where its providers are, and its control API."""

import json
import urllib.request
from typing import Any

APIS = {
    "openai": ("openai", "/v1"),
    "anthropic": ("anthropic", "/anthropic"),
    "gemini": ("gemini", "/gemini"),
    "groq": ("openai", "/groq/openai/v1"),
    "mistral": ("openai", "/mistral/v1"),
}
"""Provider → the wire API that it speaks, and the path below which it does."""

RPM, TPM = 30, 60_000
"""Requests and tokens that a limited one lets each key send in a minute."""


class Llmock:
    """Talks to one over its control API.

    Args:
        url: Where it listens, without a path.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def set_behaviours(self, behaviours: dict[str, dict[str, Any]]) -> None:
        """Replace the behaviour of each model (by its id, at every provider)."""
        self._ask("POST", "/_llmock/reset")
        scenario = [
            {**behaviour, "times": None, "match": {"model": model}}
            for model, behaviour in behaviours.items()
        ]
        self._ask("POST", "/_llmock/scenario", {"behaviors": scenario})

    def verdict(self) -> set[str]:
        """Return the codes of the mistakes that llmock found in the requests."""
        return {finding["code"] for finding in self._ask("GET", "/_llmock/verdict")["findings"]}

    def clear_requests(self) -> None:
        """Leave out of the verdict what was sent so far."""
        self._ask("DELETE", "/_llmock/requests")

    def _ask(self, method: str, path: str, document: object = None) -> dict[str, Any]:
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self.url + path, body, method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:
            answer: dict[str, Any] = json.load(reply)
            return answer
