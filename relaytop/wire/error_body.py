"""A body's error in one form, whatever server wrote it; nothing in it is trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.wire.json_document import object_in, objects_of, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 16_384
"""Bytes taken of a body that is plain text."""


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
        if text := text_of(document.get(name)):
            return {**document, "message": text}
    return None


def plain_error(body: bytes) -> dict[str, Any]:
    """Return a body in which `error_of` finds no error as a message; none for a web page."""
    start = body.lstrip()[:MAX_BYTES]
    text = "" if start.startswith(b"<") else start.decode("utf-8", "replace")
    return {"message": text} if text else {}


def message_of(error: Mapping[str, Any]) -> str:
    """Return an error's message, with the upstream's that OpenRouter quotes."""
    message = text_of(error.get("message"))
    upstream = object_in(error, "metadata").get("raw")
    return f"{message}: {upstream}" if isinstance(upstream, str) and upstream else message


def codes_of(error: Mapping[str, Any]) -> list[str]:
    """Return an error's codes, in lower case, the most specific first."""
    named = [detail.get("reason") for detail in details_of(error)]
    named.append(object_in(error, "details").get("error_code"))
    named += [error.get(name) for name in ("code", "type", "status", "error")]
    return [value.lower() for value in named if isinstance(value, str)]


def details_of(error: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of Gemini's `details`, which its OpenAI-compatible endpoint sends too."""
    return objects_of(error.get("details"))


def quota_ids(error: Mapping[str, Any]) -> str:
    """Return the names of the quotas that Gemini reports as used up, in one text."""
    return " ".join(
        text_of(violation.get("quotaId"))
        for detail in details_of(error)
        for violation in objects_of(detail.get("violations"))
    )
