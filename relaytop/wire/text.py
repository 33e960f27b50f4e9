"""Text from a server, made safe to show: no control characters, no bidi marks, no keys."""

from __future__ import annotations

import base64
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LIMIT = 300
PART_OF_KEY = 8
"""A run of a key this long is taken for the key."""
MIN_ENCODED = 12
"""A run of an encoded key this long is taken for the key; shorter keys are not looked for."""
_SPREAD = frozenset("\"'`,;|\u200b")
"""What may stand between the pieces of a key that was spread, beside blanks."""
_URL_SAFE = str.maketrans("+/", "-_")
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

    A key in other cases is the key still: header values are often lowered. So is one in base64, in
    hex, percent-encoded, escaped for JSON, or with blanks and line ends in it, as far as it has
    twelve characters or more.

    Args:
        text: A server's.
        secrets: The keys and other header values that must not be shown.
    """
    for secret in secrets:
        if secret:
            text = _without(text, secret)
            text = _without_encoded(text, secret)
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
    hits = [n for n in range(len(text) - size + 1) if folded[n : n + size] in parts]
    for start, end in reversed(_joined(hits, size)):
        text = text[:start] + HIDDEN + text[end:]
    return text


def _without_encoded(text: str, secret: str) -> str:
    """Remove a key that was encoded, or has blanks and the like in it."""
    if len(secret) < MIN_ENCODED or len(text) < MIN_ENCODED:
        return text
    parts = _encoded_parts(secret)
    places = [place for place, char in enumerate(text) if not (char.isspace() or char in _SPREAD)]
    dense = "".join(text[place] for place in places).lower()
    if len(dense) != len(places):
        return text  # a capital that becomes two characters: no encoding has one
    hits = [
        start
        for start in range(len(dense) - MIN_ENCODED + 1)
        if dense[start : start + MIN_ENCODED] in parts
    ]
    for start, end in reversed(_joined(hits, MIN_ENCODED)):
        text = text[: places[start]] + HIDDEN + text[places[end - 1] + 1 :]
    return text


def _joined(starts: Sequence[int], size: int) -> list[tuple[int, int]]:
    """Return the spans that runs of one size cover; runs that touch are one span."""
    spans: list[tuple[int, int]] = []
    for start in starts:
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], start + size)
        else:
            spans.append((start, start + size))
    return spans


@lru_cache(maxsize=64)
def _encoded_parts(secret: str) -> frozenset[str]:
    """Return every run of `MIN_ENCODED` characters of a key's encodings, in lower case."""
    data = secret.encode()
    forms = [secret, data.hex(), "".join(f"%{byte:02x}" for byte in data), quote(secret, safe="")]
    forms += ["".join(f"\\u{ord(char):04x}" for char in secret)]
    forms += ["".join(f"&#{ord(char)};" for char in secret), "".join(f"\\x{b:02x}" for b in data)]
    for offset in range(3):
        # At each alignment, without the characters that neighbours have a part in.
        coded = base64.b64encode(b"\0" * offset + data).decode().rstrip("=")
        core = coded[-(-offset * 4 // 3) + (offset > 0) : -1]
        forms += [core, core.translate(_URL_SAFE)]
    dense = ("".join(char for char in form if char not in _SPREAD).lower() for form in forms)
    return frozenset(part for form in dense for part in _parts(form, MIN_ENCODED))


def safe(text: str, secrets: Iterable[str], limit: int = LIMIT) -> str:
    """Return a server's text, cleaned and scrubbed of keys."""
    return clean(scrub(clean(text, INPUT_LIMIT), secrets), limit)


def safe_lines(text: str, secrets: Iterable[str]) -> str:
    """Return a model's reply, safe to show, its lines and indents kept."""
    text = _ESCAPES.sub("", text[:REPLY_LIMIT].replace("\r\n", "\n"))
    return scrub("".join(c for c in text if c in "\n\t" or _visible(c)), secrets)
