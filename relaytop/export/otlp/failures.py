"""Why a collector did not take the metrics, in words of our own.

An error of the library may hold a URL with a key in it, or a server's text: neither is passed on.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import requests

LOGGER = "opentelemetry"
_GOOD = range(200, 400)
_WORDS = (
    ("SSLError", "TLS failed: its certificate is not trusted, or it speaks no TLS"),
    ("ProxyError", "the proxy refused"),
    ("ConnectTimeout", "no connection in time"),
    ("Timeout", "no reply in time"),
    ("InvalidURL", "not a valid URL"),
    ("InvalidSchema", "not an http or https URL"),
    ("MissingSchema", "not an http or https URL"),
    ("InvalidHeader", "OTEL_EXPORTER_OTLP_HEADERS has a header that is not valid"),
    ("ConnectionError", "cannot connect"),
    ("OSError", "a certificate file cannot be read"),
)
"""Part of the name of an exception, or of one that it derives from → words."""


class WatchedSession(requests.Session):
    """Sends requests and keeps why the last one failed."""

    def __init__(self) -> None:
        super().__init__()
        self.why: str | None = None
        """None: it did not."""

    def request(self, *arguments: Any, **named: Any) -> requests.Response:  # noqa: ANN401 - as its
        """Send a request, and look what becomes of it."""
        if isinstance(self.verify, str):
            # Otherwise REQUESTS_CA_BUNDLE would take the place of OTEL_EXPORTER_OTLP_CERTIFICATE.
            named.setdefault("verify", self.verify)
        try:
            response = super().request(*arguments, **named)
        except Exception as error:
            self.why = why_of(error)
            raise
        status = response.status_code
        self.why = None if status in _GOOD else _words_of(status)
        return response


def silence_library() -> None:
    """Keep the library's own log off stderr, where the agent's events are."""
    logger = logging.getLogger(LOGGER)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def why_of(error: BaseException) -> str:
    """Return words for an error, without a word of its text."""
    names = [kind.__name__ for kind in type(error).__mro__]
    for part, words in _WORDS:
        if any(part in name for name in names):
            return words
    return names[0]


def _words_of(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"
