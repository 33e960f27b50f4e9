"""Sentences about TOML syntax errors: what is wrong, and what would be right."""

from __future__ import annotations

MAX_QUOTED = 200
"""Characters of the parser's own text that are repeated."""

_REMEDIES = (
    ("Expected '=' after a key", "a line is `key = value`"),
    ("Invalid statement", "a line is `key = value`, `[table]` or a # comment"),
    (
        "Invalid initial character for a key",
        "a line is `key = value`, a key of odd characters in quotes",
    ),
    ("Unterminated string", "close the text with the quote that opens it"),
    ("Illegal character '\\n'", "close the text with the quote that opens it"),
    ("Unclosed array", "close the list with ]"),
    ("Unclosed inline table", "close the table with }"),
    ("Expected ']", "close the table's name with ]"),
    ("Unescaped '\\'", "write \\\\ for a backslash, or the text in single quotes"),
    ("Invalid hex value", "write \\\\ for a backslash, or the text in single quotes"),
    ("Expected newline or end of document", "one key a line, and texts in quotes"),
    ("Cannot overwrite", "each key and table may stand once: remove one, or rename it"),
    ("Cannot declare", "each key and table may stand once: remove one, or rename it"),
    ("Cannot mutate", "each key and table may stand once: remove one, or rename it"),
    ("Duplicate inline table key", "each key may stand once: remove one, or rename it"),
    ("Invalid date", "write a text in quotes"),
    ("Invalid value", 'write a text in "quotes", a number, true, false, [a list] or { a table }'),
    ("Illegal character", "remove that character, or write it as \\u and its four hex digits"),
    ("Exceeds the limit", "write a number of fewer digits"),
)
_OTHERWISE = "`relaytop init --config NEW.toml` writes a valid one to compare with"


def syntax_error(error: Exception) -> str:
    """Return what is wrong, with line and column where they are known, and what would be right."""
    if isinstance(error, RecursionError):
        return f"nested too deeply; {_OTHERWISE}"
    text = str(error)
    remedy = next((right for wrong, right in _REMEDIES if text.startswith(wrong)), _OTHERWISE)
    if len(text) > MAX_QUOTED:
        text = f"{text[: MAX_QUOTED // 2]} … {text[-MAX_QUOTED // 2 :]}"
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return f"{text[:1].lower()}{text[1:].replace(';', ',')}; {remedy}"
