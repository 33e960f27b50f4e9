r"""Values of labels as they can be shown, and back: `\u{200b}` stands for what is not seen."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from relaytop.config.label_matchers import any_of
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LABEL = 200
"""Characters shown of a label's value."""
DIGEST = 8
"""Characters that tell apart two long values that begin alike."""
_UNSEEN = re.compile(r"\\(?=u\{)|\A\s|\s(?=\s)|\s\Z|[^\x20-\x7e]")
"""What may be no character that is seen; and what would look like an escape of ours."""
_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_SHORTENED = re.compile(rf"…[0-9a-f]{{{DIGEST}}}\Z")


@lru_cache(maxsize=32_768)  # the same few values stand in every series of an answer
def clean_label(text: str) -> str:
    """Return a label's value as it can be shown.

    Two labels that differ are two targets, be it in an invisible character, or in one far behind
    what can be shown.
    """
    if "\\u{" in text or clean(text, len(text)) != text:
        text = _UNSEEN.sub(_escape, text)
    if len(text) <= MAX_LABEL:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGEST]
    return f"{text[: MAX_LABEL - DIGEST - 1]}…{digest}"


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    seen = char not in {" ", "\\"} and clean(char, 1) == char
    return char if seen else f"\\u{{{ord(char):x}}}"


def escape_in(shown: str, mark: str) -> str:
    """Return a label's value in which the beginning of a mark of a target's id is escaped."""
    return shown.replace(mark, f"\\u{{{ord(mark[0]):x}}}{mark[1:]}") if mark in shown else shown


def pattern_of(values: Iterable[str]) -> str:
    """Return a regular expression that matches the labels that are shown so.

    Of a shortened one it matches all that begin as it does.
    """
    return "|".join(map(_pattern, values))


def _pattern(shown: str) -> str:
    if len(shown) == MAX_LABEL and _SHORTENED.search(shown):
        # An escape may have been cut in two.
        begin = re.sub(r"\\(u(\{[0-9a-f]*)?)?\Z", "", shown[: -DIGEST - 1])
        return f"(?s:{any_of([_raw(begin)])}.*)"
    return any_of([_raw(shown)])


def _raw(shown: str) -> str:
    return _ESCAPE.sub(_char, shown)


def _char(found: re.Match[str]) -> str:
    try:
        return chr(int(found[1], 16))
    except ValueError:
        return found[0]
