"""Checks of a provider's name, models, headers and CA file."""

from __future__ import annotations

import re
from pathlib import Path

from relaytop.config.errors import MAX_QUOTED
from relaytop.config.text_files import ca_source

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD = re.compile(r"(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?")


def checked_name(text: str) -> str:
    """Return a provider's name.

    Raises:
        ValueError: It is empty, or holds what would be mistaken for something else.
    """
    if not text or "/" in text or not text.isprintable() or text != text.strip():
        message = (
            f"{text[:MAX_QUOTED]!r} is not a valid provider name; write it as relay or "
            "relay-2: not empty, without / or blanks at either end"
        )
        raise ValueError(message)
    return text


def checked_model(text: str) -> str:
    """Return a model's id; `ValueError` where it is empty or cannot be shown."""
    if not text.strip():
        message = "a model's id is empty; write it as gpt-4.1"
        raise ValueError(message)
    if _PLACEHOLDER.fullmatch(text):
        message = f"{text} is to be filled in with the name of a model"
        raise ValueError(message)
    if not text.isprintable():
        message = "a model's id contains a control or unprintable character; write it as gpt-4.1"
        raise ValueError(message)
    return text


def checked_header_name(text: str) -> str:
    """Return a header's name; `ValueError` where HTTP knows none such."""
    if not _TOKEN.fullmatch(text):
        message = "not a valid HTTP header name; write it as X-Team: letters, digits and dashes"
        raise ValueError(message)
    return text


def checked_header_value(text: str) -> str:
    """Return a header's value; `ValueError`, without the value, where HTTP cannot carry it."""
    if not _FIELD.fullmatch(text):
        message = (
            "not a valid HTTP header value; write it in ASCII, "
            "without line breaks, control characters, or blanks at either end"
        )
        raise ValueError(message)
    return text


def checked_ca_file(text: str) -> str:
    """Return the absolute path of a CA file: the engine runs in another folder.

    Raises:
        ValueError: It is not there, cannot be read, or holds no certificate.
    """
    import ssl  # noqa: PLC0415 - 10 ms that only such a file costs

    wanted = "it must be a PEM file with certificates"
    try:
        path = Path(text).expanduser().absolute()
        if not path.exists():
            message = f"{path}: no such file; {wanted}"
            raise ValueError(message)
        # A pipe would be waited for.
        if not path.is_file():
            message = f"{path} is not a file; {wanted}"
            raise ValueError(message)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        cafile, cadata = ca_source(path)
        context.load_verify_locations(cafile, cadata=cadata)
        found = context.cert_store_stats()["x509"]
    except (ssl.SSLError, UnicodeDecodeError):
        found = 0
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}; {wanted}"
        raise ValueError(message) from None
    except RuntimeError:
        message = f"{text[:MAX_QUOTED]!r}: no such home folder; {wanted}"
        raise ValueError(message) from None
    if not found:
        message = f"{path} contains no certificate; {wanted}"
        raise ValueError(message)
    return str(path)
