"""A body's error in one form, whatever server wrote it; nothing in it is trusted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_WORDS = 2000
"""Characters taken of what is no plain message."""
MAX_BYTES = 16_384
"""Bytes taken of a body that is plain text."""


def parse(body: bytes | str) -> object:
    """Return the JSON document of a body; None where it is none.

    Models say control characters and half characters, and relays pass them on as they are: they
    spoil no reply.
    """
    text = body.decode("utf-8-sig", "replace") if isinstance(body, bytes) else body
    try:
        # NaN and huge numbers are let through: each figure is checked where it is read.
        document: object = json.loads(text, strict=False)
    except (json.JSONDecodeError, RecursionError):
        return None
    except ValueError:  # an integer of more digits than Python reads
        try:
            document = json.loads(text, strict=False, parse_int=float)
        except (ValueError, RecursionError):
            return None
    return document


def error_of(document: object) -> dict[str, Any] | None:
    """Return a body's error in one form (`message`, `code`, `type`, …); None where it has none.

    Knows OpenAI's and OpenRouter's `{"error": {…}}`, the same inside an array, Anthropic's,
    Portkey's `{"status": "failure", "message"}`, `{"detail": …}`, `{"message": …}` and a string.
    """
    if isinstance(document, list) and document:
        document = document[0]
    if isinstance(document, str):
        return {"message": document}
    if not isinstance(document, dict):
        return None
    error = document.get("error")
    if isinstance(error, dict) and error:
        # Some servers put the code, the details or the wait beside the error.
        return {**document, **{name: value for name, value in error.items() if value is not None}}
    if isinstance(error, str) and error:
        return {**document, "message": document.get("message") or error}
    for name in ("message", "detail"):
        if words_of(document.get(name)):
            return {**document, "message": words_of(document[name])}
    return None


def plain_error(body: bytes) -> dict[str, Any]:
    """Return the words of a body that `error_of` knows no error in; none of a web page."""
    start = body.lstrip()[:MAX_BYTES]
    text = "" if start.startswith(b"<") else start.decode("utf-8", "replace")
    return {"message": text} if text else {}


def words_of(value: object) -> str:
    """Return text for a value of any kind; empty for none, and for one nested too deeply."""
    if isinstance(value, str):
        return value
    if value is None or value in ([], {}):
        return ""
    try:
        return json.dumps(value, ensure_ascii=False)[:MAX_WORDS]
    except (ValueError, RecursionError):
        return ""


def message_of(error: Mapping[str, Any]) -> str:
    """Return an error's message, with what OpenRouter quotes of its upstream."""
    message = words_of(error.get("message"))
    metadata = error.get("metadata")
    upstream = metadata.get("raw") if isinstance(metadata, dict) else None
    return f"{message}: {upstream}" if isinstance(upstream, str) and upstream else message


def codes_of(error: Mapping[str, Any]) -> list[str]:
    """Return what the error names itself, in lower case, the most telling first."""
    named = [detail.get("reason") for detail in details_of(error)]
    details = error.get("details")
    if isinstance(details, dict):
        named.append(details.get("error_code"))
    named += [error.get(name) for name in ("code", "type", "status", "error")]
    return [value.lower() for value in named if isinstance(value, str)]


def details_of(error: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the entries of Gemini's `details`, which its OpenAI-compatible endpoint sends too."""
    details = error.get("details")
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict):
            yield detail


def quota_ids(error: Mapping[str, Any]) -> str:
    """Return the names of the quotas that Gemini says are used up, in one text."""
    violations = [detail.get("violations") for detail in details_of(error)]
    return " ".join(
        words_of(entry.get("quotaId"))
        for entries in violations
        if isinstance(entries, list)
        for entry in entries
        if isinstance(entry, dict)
    )
