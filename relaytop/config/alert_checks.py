"""Checks of `[alerts]`. A URL that alerts are sent to is a secret: no sentence repeats it."""

from __future__ import annotations

from urllib.parse import urlsplit

from relaytop.config.errors import MAX_QUOTED
from relaytop.config.settings import WEBHOOK_FORMATS, Secret

COMMAND_SHAPE = 'write it as ["/usr/local/bin/page"], a program and its arguments'


def checked_command(value: object) -> tuple[str, ...]:
    """Return a program and its arguments; `ValueError` where it is none."""
    if not isinstance(value, list) or not value or not value[0]:
        message = f"no program; {COMMAND_SHAPE}"
        raise ValueError(message)
    if not all(isinstance(part, str) and "\0" not in part for part in value):
        message = f"every argument must be a string; {COMMAND_SHAPE}"
        raise ValueError(message)
    return tuple(value)


def checked_webhook(value: object) -> Secret:
    """Return a webhook's URL; `ValueError`, without the URL, where it is none."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
        right = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not isinstance(value, str) or not right or " " in value or not value.isprintable():
        message = "not an http or https URL; write it as https://host/path"
        raise ValueError(message)
    return Secret(value)


def checked_format(value: str) -> str:
    """Return a webhook's format; `ValueError` where there is none such."""
    if value not in WEBHOOK_FORMATS:
        message = (
            f"{value[:MAX_QUOTED]!r} is not a valid format; valid: {', '.join(WEBHOOK_FORMATS)}"
        )
        raise ValueError(message)
    return value


def checked_services(value: object) -> tuple[Secret, ...]:
    """Return apprise's URLs; `ValueError`, without the URLs, where one is none."""
    urls = value if isinstance(value, list) else [None]
    if not all(isinstance(url, str) and "://" in url and url.isprintable() for url in urls):
        message = 'not a list of apprise URLs; write it as ["tgram://TOKEN/CHAT"]'
        raise ValueError(message)
    return tuple(map(Secret, urls))
