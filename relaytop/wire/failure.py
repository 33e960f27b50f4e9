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
    CLEAR_STATUSES,
    CREDIT_WORDS,
    KEY_STATUSES,
    MAY_RESET,
    NOT_FOUND_WORDS,
    OVERLOADED_WORDS,
    SPEND_LIMIT,
    WEAK,
    WORDS_DECIDE,
    known_code,
)
from relaytop.wire.facts import Failure, Reply
from relaytop.wire.json_document import parse, text_of
from relaytop.wire.numbers import number
from relaytop.wire.ratelimit import limits_in, read_rate_limit
from relaytop.wire.retry_after import retry_after_s
from relaytop.wire.text import INPUT_LIMIT, safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.wire.raw_reply import RawReply

REDIRECTION, CLIENT_ERROR, SERVER_ERROR, END = 300, 400, 500, 600
"""The first status of each of HTTP's classes, and the end of the last."""
PROXY_AUTH = 407
TOO_LARGE = 413
TOO_MANY = 429
LIMITED = "rate_limited"
KEY_CLASSES = ("auth", "permission")
_STATUS_FIELDS = ("code", "status_code", "statusCode", "http_code", "http_status", "status")
"""The fields of an error that may hold the status that it would have had."""
_DEFAULT_MESSAGES = {
    "auth": "the server rejected the key",
    "rate_limited": "too many requests (no details from the server)",
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
    if status == TOO_MANY and failure.error_class == LIMITED and _allows_nothing(headers):
        return Failure("permission", failure.message)
    return failure


def _allows_nothing(headers: Mapping[str, str]) -> bool:
    """Return whether a limit is 0: Mistral says so that the plan has none of it, ever."""
    limits = read_rate_limit(headers, 0.0)
    return limits is not None and any(limit.limit == 0 for _kind, limit in limits.known)


def class_of_code(code: str) -> str | None:
    """Return the class that a code names; None for one that is not known."""
    return BY_CODE.get(known_code(code))


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
        what = f"the error {code}" if code else "an error without a message"
        shown = f"HTTP {status} with {what}"
    return Failure(error_class, shown)


def classify_words(text: str, secrets: Sequence[str]) -> Failure | None:
    """Return the failure that plain text names in a good reply; None where it names none."""
    failure = classify_error({"message": text}, 200, secrets, default="")
    return failure if failure.error_class else None


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
    if status >= REDIRECTION:
        return status
    codes = (number(error.get(name)) for name in _STATUS_FIELDS)
    return next((int(code) for code in codes if code and CLIENT_ERROR <= code < END), status)


def _by_words(error: Mapping[str, Any], status: int, message: str) -> str | None:
    if REDIRECTION <= status < CLIENT_ERROR:
        return None
    if any(words in message for words in NOT_FOUND_WORDS):
        return "not_found"
    named, quotas = codes_of(error), quota_ids(error)
    if any(SPEND_LIMIT.search(code) for code in named) or "PerDay" in quotas:
        return "credit"
    if any(words in message for words in CREDIT_WORDS):
        return "credit"
    if "PerMinute" in quotas:
        return LIMITED  # its message mentions billing all the same
    codes = [known for code in named if (known := known_code(code))]
    code = _deciding([each for each in codes if _is_strong(each, status)], message)
    if _is_out_of_credit(code, status, message):
        return "credit"
    if _is_overloaded(code, status, message):
        return "overloaded"
    if code:
        return LIMITED if code in MAY_RESET and waiting_helps(message) else BY_CODE[code]
    if any(words in message for words in AUTH_WORDS):
        return "auth"
    return BY_CODE[codes[0]] if codes and status < CLIENT_ERROR else None


def _deciding(codes: list[str], message: str) -> str:
    """Return the code that counts: one of credit or of overload before one that may be general."""
    for code in codes:
        if BY_CODE[code] == "overloaded" or (
            BY_CODE[code] == "credit" and not (code in MAY_RESET and waiting_helps(message))
        ):
            return code
    return codes[0] if codes else ""


def _is_out_of_credit(code: str, status: int, message: str) -> bool:
    """Return whether the message says that the credit is used up, where no code decides."""
    if code in BLAMES_KEY:
        return lacks_credit(message)
    if code and code not in WORDS_DECIDE:
        return False
    if status in KEY_STATUSES or BY_CODE.get(code) in KEY_CLASSES:
        return mentions_credit(message)
    return lacks_credit(message) and not waiting_helps(message)


def _is_overloaded(code: str, status: int, message: str) -> bool:
    """Return whether the message speaks of overload, where no code says anything else."""
    if status in CLEAR_STATUSES or (code and BY_CODE[code] not in {LIMITED, "overloaded"}):
        return False
    return OVERLOADED_WORDS.search(message) is not None


def _is_strong(code: str, status: int) -> bool:
    """Return whether a code beats the status; a request that is too large is no rate limit."""
    if code in WEAK:
        return False
    return status != TOO_LARGE or BY_CODE[code] != LIMITED


def _by_status(status: int) -> str:
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status < CLIENT_ERROR or status >= END:
        return "protocol"
    return "bad_request" if status < SERVER_ERROR else "server_error"


def _message(status: int, body: bytes, secrets: Sequence[str], *, page: bool) -> str:
    if REDIRECTION <= status < CLIENT_ERROR:
        return f"HTTP {status}: a redirect, which is not followed; check base_url"
    if status == PROXY_AUTH:
        return "the proxy refused: 407 Proxy Authentication Required"
    if page:
        return f"HTTP {status} with a web page instead of JSON"
    text = safe(body[:2000].decode("utf-8", "replace"), secrets)
    return f"HTTP {status}: {text}" if text else f"HTTP {status} without a body"
