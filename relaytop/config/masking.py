"""Masks what looks like a secret in a sentence that repeats a user's own words.

People paste keys where something else belongs: after `--api-key-env`, into a URL, a header's name
or a file's. The sentence that says so ends up in a terminal, a log or a ticket.
"""

from __future__ import annotations

import re

MASK = "••••"
_MAKERS = "sk|pk|rk|gsk|xai|sess|key|ghp|gho|hf|nvapi|r8|pplx|fw|tgp"
_USER = re.compile(r"(?<=[/\s'\"=])[^\s/'\"@]{1,128}@")
"""The user and the password of a URL, also of one whose scheme is mistyped."""
_PATTERNS = (
    # The values of a URL's query, and its fragment.
    (re.compile(r"([?&;][\w.\-]{1,64}=)[^\s&;#'\"]+"), rf"\1{MASK}"),
    (re.compile(r"(?<=[/\w])([?#])[^\s'\"=?#&]{8,}"), rf"\1{MASK}"),
    # Keys as providers make them, bearer tokens, UUIDs.
    (re.compile(rf"\b(?:{_MAKERS})[-_][\w\-]{{8,}}"), MASK),
    (re.compile(r"\bAIza[\w\-]{10,}"), MASK),
    (re.compile(r"\b(bearer|basic)\s[\w\-.~+/=]{8,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"\beyJ[\w\-.]{8,}"), MASK),
    (re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), MASK),
)
_RUN = re.compile(r"[A-Za-z0-9]{20,}")
"""Letters and digits in a row: no word where both are in it."""


def mask_secrets(text: str) -> str:
    """Return a sentence in which nothing looks like a secret."""
    text = _USER.sub(lambda found: f"{MASK}@" if ":" in found[0] else found[0], text)
    for pattern, mask in _PATTERNS:
        text = pattern.sub(mask, text)
    return _RUN.sub(_masked_run, text)


_WEB_URL = re.compile(r"\b(https?://[^\s/?#'\"]{1,300})[/?#][^\s'\"]+", re.IGNORECASE)
_OTHER_URL = re.compile(r"\b(?!https?:)([A-Za-z][\w+.\-]{0,30}://)[^\s'\"]+", re.IGNORECASE)


def mask_urls(text: str) -> str:
    """Return a text in which nothing looks like a secret, and URLs end with their host.

    A webhook's path is its password (of a provider's base URL it is none), as the host may be of
    what Apprise reads.
    """
    text = _OTHER_URL.sub(rf"\1{MASK}", _WEB_URL.sub(rf"\1/{MASK}", text))
    return mask_secrets(text)


def _masked_run(found: re.Match[str]) -> str:
    run = found[0]
    is_word = run.isalpha() or run.isdigit()
    return run if is_word else MASK


_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
_PROGRAM = re.compile(r"[\w.+\-]{1,24}")


def shown_variable(name: str) -> str:
    """Return a variable's name, unless it does not look like one: then it may be the key."""
    return name if _VARIABLE.fullmatch(name) else f"{MASK} (hidden: it may be a key)"


def shown_path(name: str) -> str:
    """Return a file's or a program's name, unless it does not look like one."""
    if "/" in name or name.startswith("~") or _PROGRAM.fullmatch(name):
        return mask_secrets(name)
    return f"{MASK} (hidden: it may be a key)"
