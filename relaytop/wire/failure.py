"""The error class of a reply: by the body's own code, then the status, then the content type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.wire.credit import lacks_credit, mentions_credit, waiting_helps
from relaytop.wire.error_body import (
    codes_of,
    error_of,
    message_of,
    plain_error,
    quota_ids,
)
from relaytop.wire.error_codes import (
    AUTH_WORDS,
    BLAMES_KEY,
    BY_CODE,
    BY_STATUS,
    CREDIT_WORDS,
    KEY_STATUSES,
    NOT_FOUND_WORDS,
    OVERLOADED_WORDS,
    SPEND_LIMIT,
    WEAK,
    WORDS_DECIDE,
)
from relaytop.wire.facts import Failure, Reply
from relaytop.wire.json_document import parse, text_of
from relaytop.wire.numbers import number
from relaytop.wire.ratelimit import limits_in, retry_after_s
from relaytop.wire.text import INPUT_LIMIT, safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.wire.raw_reply import RawReply

REDIRECTION, CLIENT_ERROR, SERVER_ERROR, END = 300, 400, 500, 600
"""The first status of each of HTTP's classes, and the end of the last."""
TOO_LARGE = 413
TOO_MANY = 429
LIMITED = "rate_limited"
KEY_CLASSES = ("auth", "permission")
_DEFAULT_MESSAGES = {
    "auth": "the server does not accept the key",
    "rate_limited": "too many requests; the server says no more",
}


def classify(
    status: int, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]
) -> Failure:
    """Return the failure of a reply with an error status.

    Args:
        status: The HTTP status.
        headers: By lower-case name.
        body: As far as it came.
        secrets: Keys and the like, removed from the server's message.
    """
    error = error_of(parse(body))
    failure = classify_error(error or plain_error(body), status, secrets)
    if error is None:
        page = is_web_page(headers, body)
        failure = Failure(failure.error_class, _message(status, body, secrets, page=page))
    limits = [headers.get(f"x-ratelimit-limit-{kind}-minute") for kind in ("req", "tokens")]
    if status == TOO_MANY and failure.error_class == LIMITED and "0" in limits:
        # Mistral: a limit of 0 means that the plan has none of it, ever.
        return Failure("permission", failure.message)
    return failure


def classify_error(
    error: Mapping[str, Any], status: int, secrets: Sequence[str], default: str = "protocol"
) -> Failure:
    """Return the failure of a reply by its error.

    Args:
        error: The body's error in one form (`error_of`).
        status: The HTTP status; 200 where the error sits in a good reply or a stream.
        secrets: Keys and the like, removed from the server's message.
        default: The class of an error in a 200 that names none.
    """
    message = message_of(error)
    status = _real_status(error, status)
    error_class = _by_words(error, status, message[:INPUT_LIMIT].lower())
    if error_class is None:
        error_class = _by_status(status) if status >= REDIRECTION else default
    shown = safe(message, secrets) or _DEFAULT_MESSAGES.get(error_class, "")
    if not shown:
        code = safe(text_of(error.get("code") or error.get("type")), secrets)
        shown = f"HTTP {status} with the error {code or 'that has no words'}"
    return Failure(error_class, shown)


def error_reply(failure: Failure, error: Mapping[str, Any], raw: RawReply) -> Reply:
    """Return a failed reply, with the wait and the limits that its headers and its error name."""
    limited = failure.error_class == LIMITED
    wait_s = retry_after_s(raw.headers, error, raw.now, limited=limited)
    return Reply(failure=failure, retry_after_s=wait_s, rate_limit=limits_in(error, raw.now))


def is_web_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether a body is a web page."""
    start = body[:256].lstrip().lower()
    return (
        start.startswith((b"<!doctype", b"<html", b"<head"))
        or "text/html" in headers.get("content-type", "").lower()
    )


def _real_status(error: Mapping[str, Any], status: int) -> int:
    """Return the real status, which OpenRouter and LiteLLM put into the error's code in a 200."""
    code = number(error.get("code"))
    if code is not None and CLIENT_ERROR <= code < END and status < REDIRECTION:
        return int(code)
    return status


def _by_words(error: Mapping[str, Any], status: int, message: str) -> str | None:
    if any(words in message for words in NOT_FOUND_WORDS):
        return "not_found"
    if any(words in message for words in OVERLOADED_WORDS):
        return "overloaded"
    codes, quotas = codes_of(error), quota_ids(error)
    if any(SPEND_LIMIT.search(code) for code in codes) or "PerDay" in quotas:
        return "credit"
    if any(words in message for words in CREDIT_WORDS):
        return "credit"
    if "PerMinute" in quotas:
        return "rate_limited"  # its message mentions billing all the same
    strong = [code for code in codes if _is_strong(code, status)]
    code = strong[0] if strong else ""
    if _is_out_of_credit(code, status, message):
        return "credit"
    if code:
        return BY_CODE[code]
    if any(words in message for words in AUTH_WORDS):
        return "auth"
    if status >= CLIENT_ERROR:
        return None
    return next((BY_CODE[code] for code in codes if code in BY_CODE), None)


def _is_out_of_credit(code: str, status: int, message: str) -> bool:
    """Return whether the message says that the credit is used up, where no code decides."""
    if code in BLAMES_KEY:
        return lacks_credit(message)
    if code and code not in WORDS_DECIDE:
        return False
    if status in KEY_STATUSES or BY_CODE.get(code) in KEY_CLASSES:
        return mentions_credit(message)
    return (
        (status == TOO_MANY or bool(code)) and lacks_credit(message) and not waiting_helps(message)
    )


def _is_strong(code: str, status: int) -> bool:
    """Return whether a code beats the status; a request that is too large is no rate limit."""
    if code not in BY_CODE or code in WEAK:
        return False
    return status != TOO_LARGE or BY_CODE[code] != "rate_limited"


def _by_status(status: int) -> str:
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status < CLIENT_ERROR or status >= END:
        return "protocol"
    return "bad_request" if status < SERVER_ERROR else "server_error"


def _message(status: int, body: bytes, secrets: Sequence[str], *, page: bool) -> str:
    if REDIRECTION <= status < CLIENT_ERROR:
        return f"HTTP {status}: a redirect, which is not followed; check base_url"
    if page:
        return f"HTTP {status} with a web page instead of JSON"
    text = safe(body[:2000].decode("utf-8", "replace"), secrets)
    return f"HTTP {status}: {text}" if text else f"HTTP {status} without a body"
