"""Text from a server, made safe to show: no control characters, no bidi marks, no keys."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LIMIT = 300
PART_OF_KEY = 8
"""A run of a key this long is taken for the key."""
QUOTED_PART = 16
"""A run of a key this long is in no model's name by chance."""
INPUT_LIMIT = 16_384
"""Characters read: more would not be shown anyway."""
REPLY_LIMIT = 65_536
"""Characters kept of a model's text."""

_ESCAPES = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC … BEL or ST
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"  # DCS, SOS, PM, APC … ST
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|\x1b[ -/]*[0-~]?"
)
_SPACE = re.compile(r"\s+")
_KEY_LIKE = re.compile(
    r"\b(?:sk|gsk|xai|sess)[-_][\w\-*•….]{6,}"
    r"|\bAIza[\w\-]{10,}"
    # Only what holds a digit or a mask: "Bearer authentication" is a word, not a token.
    r"|\b[Bb]earer\s+(?=\S*[\d*•…])[\w\-.~+/=*•…]{6,}"
)
HIDDEN = "[key hidden]"


def clean(text: str, limit: int = LIMIT) -> str:
    """Return one line of at most `limit` characters without control, bidi or invisible ones."""
    text = _ESCAPES.sub("", text[:INPUT_LIMIT])
    text = "".join(" " if c.isspace() else c for c in text if c.isspace() or _visible(c))
    text = _SPACE.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _visible(char: str) -> bool:
    # Cc control, Cf format (bidi marks, zero-width), Cs surrogate, Co private, Cn unassigned
    return not unicodedata.category(char).startswith("C")


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Remove keys: each whole, any run of eight or more of its characters, and what looks like one.

    A key in other cases is the key still: header values are often lowered.

    Args:
        text: A server's.
        secrets: The keys and other header values that must not be shown.
    """
    for secret in secrets:
        if secret:
            text = _without(text, secret)
    return _KEY_LIKE.sub(HIDDEN, text)


def without_keys(texts: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """Return the texts that hold no key, nor sixteen or more of its characters in a row."""
    parts = {part for key in secrets if key for part in _parts(_folded(key), QUOTED_PART)}
    found = ((text, _folded(text)) for text in texts)
    return [text for text, folded in found if not any(part in folded for part in parts)]


def _folded(text: str) -> str:
    """Return a text in lower case, of the same length: some capitals become two characters."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower()[:1] for c in text)


def _parts(secret: str, size: int) -> set[str]:
    """Return every run of `size` characters of a secret; all of a shorter one."""
    size = min(size, len(secret))
    return {secret[i : i + size] for i in range(len(secret) - size + 1)}


def _without(text: str, secret: str) -> str:
    size = min(PART_OF_KEY, len(secret))
    parts, folded = _parts(_folded(secret), size), _folded(text)
    spans: list[tuple[int, int]] = []
    for start in range(len(text) - size + 1):
        if folded[start : start + size] in parts:
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], start + size)
            else:
                spans.append((start, start + size))
    for start, end in reversed(spans):
        text = text[:start] + HIDDEN + text[end:]
    return text


def safe(text: str, secrets: Iterable[str], limit: int = LIMIT) -> str:
    """Return a server's text, cleaned and scrubbed of keys."""
    return clean(scrub(clean(text, INPUT_LIMIT), secrets), limit)


def safe_lines(text: str, secrets: Iterable[str]) -> str:
    """Return a model's reply, safe to show, its lines and indents kept."""
    text = _ESCAPES.sub("", text[:REPLY_LIMIT].replace("\r\n", "\n"))
    return scrub("".join(c for c in text if c in "\n\t" or _visible(c)), secrets)
