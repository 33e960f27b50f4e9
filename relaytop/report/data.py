"""Reports for programs: JSON and TOML."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar, cast

from relaytop.store.snapshot import to_json, to_toml

if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")


class Rows(NamedTuple):
    """A document that is a list: itself in JSON, under a name in TOML, which has tables alone."""

    name: str
    rows: list[dict[str, Any]]


Document: TypeAlias = dict[str, Any] | Rows
"""Plain values; what is None is left out, since what is not known is absent."""


def json_text(document: Document, *, ascii_only: bool = False) -> str:
    """Return a document as JSON; in ASCII it is the same, escaped."""
    text = to_json(_known(document.rows if isinstance(document, Rows) else document))
    return _escaped(text, lambda char: json.dumps(char)[1:-1]) if ascii_only else text


def toml_text(document: Document, *, ascii_only: bool = False) -> str:
    """Return a document as TOML; in ASCII it is the same, escaped."""
    tree = {document.name: document.rows} if isinstance(document, Rows) else document
    text = to_toml(_known(tree)).rstrip()
    return _escaped(text, lambda char: f"\\U{ord(char):08X}") if ascii_only else text


def _known(value: T) -> T:
    """Return a tree without what is None."""
    found: object = value
    if isinstance(value, dict):
        found = {key: _known(each) for key, each in value.items() if each is not None}
    elif isinstance(value, list):
        found = [_known(each) for each in value]
    return cast("T", found)


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    return re.sub(r"[^\x00-\x7f]", lambda match: escape(match[0]), text)
