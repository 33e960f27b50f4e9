"""Checks of a `base_url` and a `proxy`."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from relaytop.config.errors import MAX_QUOTED

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


def checked_url(text: str) -> str:
    """Return a base URL without its trailing slash.

    Raises:
        ValueError: It is no http(s) URL, or carries credentials, a query or a fragment.
    """
    text = text.strip()
    if (named := _PLACEHOLDER.search(text)) is not None:
        message = f"{named[0]} is to be filled in with your own"
        raise ValueError(message)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    shape = "write it as https://host/v1"
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        message = f"{text[:MAX_QUOTED]!r} is not an http or https URL; {shape}"
        raise ValueError(message)
    if parts.username or parts.password:
        message = f"a URL must not carry a user or a key; {shape}, and name the key's variable"
        raise ValueError(message)
    if parts.query or parts.fragment or " " in text or not text.isprintable():
        found = "a query, a fragment, a blank or a control character"
        message = f"{text[:MAX_QUOTED]!r} has {found}; {shape}"
        raise ValueError(message)
    return text.rstrip("/")


def checked_endpoint(text: str) -> str:
    """Return the URL of an OTLP collector without its trailing slash.

    Raises:
        ValueError: It is none, or carries credentials.
    """
    try:
        return checked_url(text)
    except ValueError as error:
        if "user or a key" in str(error):
            message = "a URL must not carry a user or a key; use OTEL_EXPORTER_OTLP_HEADERS"
        else:
            message = str(error).replace("https://host/v1", "http://host:4318")
        raise ValueError(message) from None


def checked_proxy(text: str) -> str:
    """Return a proxy's URL.

    Raises:
        ValueError: It is none that relaytop can go through; without the URL, which may hold a
            password.
    """
    try:
        parts = urlsplit(text)
        right = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not right or " " in text or not text.isprintable():
        message = "not a proxy URL; write it as http://host:port or https://host:port"
        raise ValueError(message)
    return text


def host_of(url: str) -> str:
    """Return the host: an ad-hoc provider's name."""
    return urlsplit(url).hostname or url
