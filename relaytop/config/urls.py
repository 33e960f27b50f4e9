"""What a `base_url` may be."""

from __future__ import annotations

from urllib.parse import urlsplit


def checked_url(text: str) -> str:
    """Return a base URL without its trailing slash.

    Raises:
        ValueError: It is no http(s) URL, or carries credentials, a query or a fragment.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    shape = "write it as https://host/v1"
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        message = f"{text[:100]!r} is no http or https URL; {shape}"
        raise ValueError(message)
    if parts.username or parts.password:
        message = f"a URL must not carry a user or a key; {shape}, and name the key's variable"
        raise ValueError(message)
    if parts.query or parts.fragment or any(c.isspace() for c in text):
        message = f"{text[:100]!r} has a query, a fragment or a blank; {shape}"
        raise ValueError(message)
    return text.rstrip("/")


def host_of(url: str) -> str:
    """Return the host, with its port where it names one: an ad-hoc provider's name."""
    parts = urlsplit(url)
    return parts.netloc if parts.port else parts.hostname or url
