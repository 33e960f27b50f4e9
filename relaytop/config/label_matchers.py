"""Label matchers: `{env="prod", region=~"eu-.*"}`, checked before they become part of a query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LENGTH = 2000
"""Characters of a selector; a longer one is no selector that a person wrote."""
_ONE = re.compile(
    r"""\s*(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)\s*(?P<operator>=~|!~|!=|=)\s*"""
    r"""(?:"(?P<double>(?:[^"\\\n]|\\.)*)"|'(?P<single>(?:[^'\\\n]|\\.)*)')\s*(?P<end>,|$)"""
)
_ESCAPE = re.compile(r"\\(.)")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_RESERVED = {"__name__"}
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
WANTED = 'write it as {env="prod"}'


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label."""

    label: str
    operator: str
    """`=`, `!=`, `=~` or `!~`."""
    value: str

    def __str__(self) -> str:
        """Return it as PromQL."""
        return f"{self.label}{self.operator}{quoted(self.value)}"


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """Return the matchers of a selector; its braces may be missing.

    Raises:
        ValueError: It is none; in words that say what would be right.
    """
    text = text.strip()
    braces = text.startswith("{"), text.endswith("}")
    inner = text[1:-1] if all(braces) else text
    if len(text) > MAX_LENGTH or braces[0] != braces[1]:
        message = f"{text[:60]!r} is not a label selector; {WANTED}"
        raise ValueError(message)
    found: list[Matcher] = []
    at = 0
    while at < len(inner) and inner[at:].strip():
        one = _ONE.match(inner, at)
        if one is None:
            message = f"{inner[at : at + 60]!r} is not a label matcher; {WANTED}"
            raise ValueError(message)
        at = one.end()
        value = one["double"] if one["double"] is not None else one["single"]
        found.append(_checked(Matcher(one["name"], one["operator"], _unescaped(value))))
    return tuple(found)


def _checked(matcher: Matcher) -> Matcher:
    if matcher.label in _RESERVED:
        message = f"{matcher.label} cannot be matched: relaytop asks for its own metrics; {WANTED}"
        raise ValueError(message)
    if "\0" in matcher.value:
        message = f"a value of {matcher.label} holds a zero character; {WANTED}"
        raise ValueError(message)
    if matcher.operator in {"=~", "!~"}:
        try:
            re.compile(matcher.value)
        except re.error as error:
            message = f"{matcher.value[:60]!r} is not a regular expression: {error}"
            raise ValueError(message) from None
    return matcher


def checked_label(text: str) -> str:
    """Return a label's name.

    Raises:
        ValueError: It is none.
    """
    if not _LABEL.fullmatch(text) or text in _RESERVED:
        message = f"{text[:60]!r} is not a label's name; write it as region"
        raise ValueError(message)
    return text


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text)


def quoted(text: str) -> str:
    """Return a text as a string of PromQL."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def any_of(values: Iterable[str]) -> str:
    """Return a regular expression that matches these values alone."""
    return "|".join(re.sub(r"([.^$*+?{}\[\]()|\\])", r"\\\1", value) for value in values)
