r"""Manual pages in roff: what `man` reads. Every character of a text is only itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ESCAPES = {
    "\\": "\\(rs",
    "-": "\\-",  # else it may become a hyphen, which no shell takes for one
    "~": "\\(ti",
    "^": "\\(ha",
    "`": "\\(ga",
    "'": "\\(aq",
    '"': "\\(dq",
}
"""Character → how roff has it; a request, which begins a line, is kept from being one too."""
CODE = re.compile(r"`([^`]*)`")


def escape(text: str) -> str:
    r"""Return a text as roff has it, in ASCII and on one line."""
    return _escape_all(" ".join(text.split()))


def _escape_all(text: str) -> str:
    escaped = "".join(map(_escape, text))
    return f"\\&{escaped}" if escaped[:1] == "." else escaped


def _escape(character: str) -> str:
    if character in ESCAPES:
        return ESCAPES[character]
    return character if character.isascii() else f"\\[u{ord(character):04X}]"


def bold(text: str) -> str:
    """Return a text in bold."""
    return f"\\fB{escape(text)}\\fR"


def prose(text: str) -> str:
    """Return a text in which what stands between backquotes is bold."""
    parts = CODE.split(" ".join(text.split()))
    return "".join((bold if at % 2 else _escape_all)(part) for at, part in enumerate(parts))


def title(name: str, version: str) -> list[str]:
    """Return the first lines of a page of section 1, whose words are neither cut nor spread."""
    heading = f'.TH "{escape(name.upper())}" "1" "" "relaytop {escape(version)}" "User Commands"'
    return [heading, ".nh", ".ad l"]


def section(name: str, lines: Iterable[str]) -> list[str]:
    """Return a section; nothing where it has no lines."""
    body = [*lines]
    return [f'.SH "{escape(name.upper())}"', *body] if body else []


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, which blank lines part."""
    found = [part for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
    return [line for part in found for line in (".PP", prose(part))]


def entries(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Return a list of terms, in bold, each with its text."""
    return [line for term, text in rows for line in (".TP", bold(term), prose(text) or "\\&")]
