"""The text in a content, which is a string or a list of parts."""

from __future__ import annotations


def said_in(content: object) -> str:
    """Return the text of a content or of its parts, thoughts left out; empty where it has none."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = (p.get("text") for p in content if isinstance(p, dict) and not p.get("thought"))
    return "".join(text for text in texts if isinstance(text, str))
