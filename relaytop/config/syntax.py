"""Sentences about TOML syntax errors: what is wrong, and what would be right."""

from __future__ import annotations

from relaytop.config.durations import parse_duration_s
from relaytop.config.printable import printable

MAX_QUOTED = 200
"""Characters of the parser's own text that are repeated."""

_REMEDIES = (
    ("Expected '=' after a key", "a line is `key = value`"),
    ("Invalid statement", "a line is `key = value`, `[table]` or a # comment"),
    (
        "Invalid initial character for a key",
        "a line is `key = value`, a key with special characters in quotes",
    ),
    ("Unterminated string", "close the string with the quote that opens it"),
    ("Illegal character '\\n'", "close the string with the quote that opens it"),
    ("Unclosed array", "close the list with ]"),
    ("Unclosed inline table", "close the table with }"),
    ("Expected ']", "close the table's name with ]"),
    ("Unescaped '\\'", "write \\\\ for a backslash, or the string in single quotes"),
    ("Invalid hex value", "write \\\\ for a backslash, or the string in single quotes"),
    ("Expected newline or end of document", "one key per line, and strings in quotes"),
    ("Cannot overwrite", "each key and table may appear once: remove one, or rename it"),
    ("Cannot declare", "each key and table may appear once: remove one, or rename it"),
    ("Cannot mutate", "each key and table may appear once: remove one, or rename it"),
    ("Duplicate inline table key", "each key may appear once: remove one, or rename it"),
    ("Invalid date", "write a string in quotes"),
    ("Invalid value", 'write a string in "quotes", a number, true, false, [a list] or { a table }'),
    ("Illegal character", "remove that character, or write it as \\u and its four hex digits"),
    ("Exceeds the limit", "write a number of fewer digits"),
)
_OTHERWISE = "`relaytop init --config NEW.toml` writes a valid one to compare with"


def syntax_error(error: Exception, document: str = "") -> str:
    """Return what is wrong, with line and column where they are known, and what would be right.

    Args:
        error: What the parser says.
        document: What it read.
    """
    if isinstance(error, RecursionError):
        return f"nested too deeply; {_OTHERWISE}"
    text = str(error)
    remedy = next((right for wrong, right in _REMEDIES if text.startswith(wrong)), _OTHERWISE)
    if (written := _unquoted_duration(text, document)) is not None:
        remedy = f'must be quoted: "{written}"'
    if len(text) > MAX_QUOTED:
        text = f"{text[: MAX_QUOTED // 2]} … {text[-MAX_QUOTED // 2 :]}"
    text = printable(text)
    return f"{text[:1].lower()}{text[1:].replace(';', ',')}; {remedy}"


def _unquoted_duration(text: str, document: str) -> str | None:
    """Return the duration that stands without quotes in the line that the parser speaks of."""
    number = text.partition("(at line ")[2].partition(",")[0]
    lines = document.splitlines()
    if not number.isascii() or not number.isdigit() or not 0 < int(number) <= len(lines):
        return None
    value = lines[int(number) - 1].partition("=")[2].partition("#")[0].strip()
    try:
        parse_duration_s(value)
    except ValueError:
        return None
    return value
