"""JSON that a server sent: parsed leniently, and read without trust in its types."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_TEXT = 2000
"""Characters kept of a value that is no string."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def parse(body: bytes | str) -> object:
    """Return the JSON document of a body; None where it is none.

    Models send control characters and half characters, and relays pass them on as they are: they
    spoil no reply.
    """
    text = body.decode("utf-8-sig", "replace") if isinstance(body, bytes) else body
    try:
        # NaN and huge numbers are let through: each figure is checked where it is read.
        document: object = json.loads(text, strict=False)
    except (json.JSONDecodeError, RecursionError):
        return None
    except ValueError:  # an integer of more digits than Python reads
        try:
            document = json.loads(text, strict=False, parse_int=float)
        except (ValueError, RecursionError):
            return None
    return document


def snake_case(name: str) -> str:
    """Return a name that may be in camel case in snake case."""
    return _HUMP.sub("_", name).lower()


def object_in(document: object, name: str) -> dict[str, Any]:
    """Return the object under a name; an empty one where there is none."""
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, dict) else {}


def objects_of(array: object) -> list[dict[str, Any]]:
    """Return the objects of an array; none where it is no array."""
    return [each for each in array if isinstance(each, dict)] if isinstance(array, list) else []


def text_of(value: object) -> str:
    """Return a string as it is and other values as JSON; empty for none and for deep nesting."""
    if isinstance(value, str):
        return value
    if value is None or value in ([], {}):
        return ""
    try:
        return json.dumps(value, ensure_ascii=False)[:MAX_TEXT]
    except (ValueError, RecursionError):
        return ""


def text_of_parts(content: object) -> str:
    """Return the text of a content, a string or a list of parts; thoughts are left out."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = [p.get("text") for p in content if isinstance(p, dict) and not p.get("thought")]
    return "".join([text for text in texts if isinstance(text, str)])
