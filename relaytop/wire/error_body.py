"""A body's error in one form, whatever server wrote it; nothing in it is trusted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from relaytop.wire.json_document import object_in, objects_of, parse, text_of
from relaytop.wire.numbers import number

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 16_384
"""Bytes taken of a body that is plain text."""
MAX_DEPTH = 3
"""Levels of a body that are searched for its error."""
_HOLDERS = ("error", "Error", "errors", "err", "fault")
_WRAPPERS = ("Response", "detail")
"""Objects that hold the error, at Tencent and behind FastAPI."""
_ENVELOPES = ("response", "data", "result", "body")
"""Objects that may hold an error beside other things."""
_MESSAGES = (
    "message",
    "detail",
    "Message",
    "msg",
    "error_msg",
    "error_message",
    "errorMessage",
    "error_description",
    "description",
    "faultstring",
    "title",
)
_CODES = (
    "code",
    "Code",
    "error_code",
    "errorCode",
    "errorcode",
    "error_name",
    "type",
    "error_type",
    "__type",
    "status",
    "reason",
    "error",
    "id",
)
"""The fields that hold a code: DigitalOcean's is `id`, AWS' `__type`."""
_STATUSES = range(100, 600)
"""Numbers that are an HTTP status and no code."""
MAX_CODE = 1e6
_EDGE_ERROR = re.compile(r"\s*error(?: code)?:? (1\d{3})\b", re.IGNORECASE)
"""How Cloudflare's edge answers in plain text."""


def error_of(document: object) -> dict[str, Any] | None:
    """Return a body's error in one form (`message`, `code`, `type`, …); None where it has none.

    Knows OpenAI's and OpenRouter's `{"error": {…}}`, the same inside an array, Anthropic's,
    Portkey's `{"status": "failure", "message"}`, `{"detail": …}`, `{"message": …}` and a string,
    lists of `errors`, Tencent's `{"Response": {"Error": {…}}}`, MiniMax's `base_resp`, Baidu's
    `error_code` and `error_msg`, problem details (RFC 9457).
    """
    if isinstance(document, list) and document:
        document = document[0]
    if isinstance(document, str):
        return {"message": document}
    if not isinstance(document, dict):
        return None
    error = _held_error(document)
    if isinstance(error, dict):
        # Some servers put the code, the details or the wait beside the error.
        return {**document, **{name: value for name, value in error.items() if value is not None}}
    if isinstance(error, str):
        return {**document, "message": text_of(document.get("message")) or error}
    failed = failed_base_resp(document)
    if failed is not None:
        return failed
    text = _message(document)
    return {**document, "message": text} if text else None


def failed_base_resp(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return MiniMax's error, which stands beside empty choices; None where it has none."""
    state = object_in(document, "base_resp")
    code = number(state.get("status_code"))
    if not code:
        return None
    return {**document, "message": text_of(state.get("status_msg")), "code": f"base_resp.{code:g}"}


def vendor_error(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the error under a vendor's own key: Groq's `x_groq` says why a stream stopped."""
    for name, held in document.items():
        if name.startswith("x_") and isinstance(held, dict) and held.get("error"):
            return error_of({"error": held["error"]})
    return None


def _held_error(document: Mapping[str, Any], depth: int = MAX_DEPTH) -> dict[str, Any] | str | None:
    """Return the error that a document holds under a name of its own, at most `depth` deep."""
    if not document or not depth:
        return None
    for name in _HOLDERS:
        error = document.get(name)
        if isinstance(error, list) and error:
            error = error[0]
        if isinstance(error, dict) and error:
            deeper = None if text_of(error.get("message")) else _held_error(error, depth - 1)
            return {**error, **deeper} if isinstance(deeper, dict) else error
        if isinstance(error, str) and error:
            return error
    for name in _WRAPPERS:
        wrapped = object_in(document, name)
        held = _held_error(wrapped, depth - 1)
        if held is not None:
            return held
        if isinstance(wrapped.get("message"), str):
            return wrapped
    envelopes = (_held_error(object_in(document, name), depth - 1) for name in _ENVELOPES)
    return next((error for error in envelopes if error is not None), None)


def plain_error(body: bytes) -> dict[str, Any]:
    """Return a body in which `error_of` finds no error as a message; none for a web page."""
    start = body.lstrip()[:MAX_BYTES]
    text = "" if start.startswith(b"<") else start.decode("utf-8", "replace")
    return {"message": text} if text else {}


def message_of(error: Mapping[str, Any]) -> str:
    """Return an error's message, with the upstream's that OpenRouter quotes."""
    message = _message(error)
    upstream = object_in(error, "metadata").get("raw")
    return f"{message}: {upstream}" if isinstance(upstream, str) and upstream else message


def _message(error: Mapping[str, Any]) -> str:
    title, detail = error.get("title"), error.get("detail")
    if isinstance(title, str) and isinstance(detail, str) and "message" not in error:
        return f"{title}: {detail}"
    return next((text for name in _MESSAGES if (text := text_of(error.get(name)))), "")


def codes_of(error: Mapping[str, Any]) -> list[str]:
    """Return an error's codes, in lower case, the most specific first."""
    named: list[object] = [detail.get("reason") for detail in details_of(error)]
    named += [object_in(error, "details").get("error_code")]
    named += [object_in(error, name).get("code") for name in ("innererror", "inner_error")]
    named += [object_in(error, "detail").get(name) for name in ("errorcode", "code", "status")]
    upstream = object_in(error, "metadata").get("raw")
    quoted = error_of(parse(upstream)) if isinstance(upstream, str) and "{" in upstream else None
    if quoted is not None:
        named += [quoted.get(name) for name in _CODES]
    named += [_numbered(error, name) for name in _CODES]
    edge = _EDGE_ERROR.match(text_of(error.get("message")) or text_of(error.get("title")))
    if edge is not None:
        named.append(f"cloudflare.{edge[1]}")
    return [value.lower() for value in named if isinstance(value, str) and value]


def _numbered(error: Mapping[str, Any], name: str) -> object:
    """Return a field's code; a number gets the name of the server that counts so before it."""
    value = error.get(name)
    if name == "errorcode" or not isinstance(value, int | float | str):
        return value if isinstance(value, str) else None
    code = number(value)
    if code is None or isinstance(value, bool):
        return value
    if name != "error_code":
        if code in _STATUSES:
            return None
        return f"{code:g}" if code == int(code) and abs(code) < MAX_CODE else None
    return f"cloudflare.{code:g}" if error.get("cloudflare_error") else f"error_code.{code:g}"


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
