"""Why a collector did not take the metrics: from the exporter's log, in words of our own.

Its log may hold a URL with a key in it, or a server's text: neither is ever passed on.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

LOGGER = "opentelemetry"
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
"""Part of an exception's name, or of one that it derives from → words."""
_PHRASES = {status.phrase: status for status in HTTPStatus}


class FailureLog(logging.Handler):
    """Keeps why the last export failed; nothing of the library's log goes anywhere else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.why: str | None = None
        """None where it has said nothing since this was cleared."""

    def install(self) -> None:
        """Take the library's log."""
        logger = logging.getLogger(LOGGER)
        logger.addHandler(self)
        logger.propagate = False

    def remove(self) -> None:
        """Leave the library's log as it was."""
        logger = logging.getLogger(LOGGER)
        logger.removeHandler(self)
        logger.propagate = True

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what a line says of the cause."""
        arguments = record.args if isinstance(record.args, tuple) else ()
        found = next((why for each in arguments if (why := _why(each)) is not None), None)
        self.why = found or self.why


def _why(argument: object) -> str | None:
    if isinstance(argument, int) and argument in HTTPStatus.__members__.values():
        return f"HTTP {argument} {HTTPStatus(argument).phrase}"
    if isinstance(argument, str) and argument in _PHRASES:
        return f"HTTP {_PHRASES[argument].value} {argument}"
    if isinstance(argument, BaseException):
        return why_of(argument)
    return None


def why_of(error: BaseException) -> str:
    """Return words for an error, without a word of its text."""
    names = [kind.__name__ for kind in type(error).__mro__]
    for part, words in _WORDS:
        if any(part in name for name in names):
            return words
    return names[0]
