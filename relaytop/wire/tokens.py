"""Generated text in a delta or a message, under whatever names a server puts it."""

from __future__ import annotations

import re

from relaytop.wire.json_document import snake_case

MAX_DEPTH = 8
_LABELS = frozenset(
    {
        "role",
        "type",
        "id",
        "index",
        "object",
        "model",
        "status",
        "format",
        "mime_type",
        "mimetype",
        "media_type",
        "signature",
        "thought_signature",
        "finish_reason",
        "native_finish_reason",
        "stop_reason",
        "error",
        "channel",
        "sender",
        "recipient",
        "phase",
        "event",
        "created",
        "version",
        "uuid",
        "thought_signatures",
    }
)
"""Keys whose strings describe the text and are none of it, in snake case."""
_LABEL_ENDS = ("_id", "_type", "_reason", "_at")
_CALLS = frozenset(
    {"function", "function_call", "content_block", "custom", "tool_call", "tool_calls"}
)
"""Keys of objects whose name the model generates: that of the function to call."""

_REASONING = re.compile("reason|think|thought")
"""In the name of what holds the model's reasoning, or in a part's `type`."""
_OPAQUE = frozenset({"data", "encrypted", "encrypted_content", "b64_json", "url", "image_url"})
"""Keys whose strings are no text."""


def count_characters(value: object) -> tuple[int, int]:
    """Return the characters of generated text in a value: visible ones, and those of reasoning.

    Args:
        value: A delta, a message, or a part of one.
    """
    return _count(value, "", MAX_DEPTH, reasoning=False)


def _count(value: object, key: str, depth: int, *, reasoning: bool) -> tuple[int, int]:
    if isinstance(value, str):
        return (0, len(value)) if reasoning else (len(value), 0)
    if depth == 0:
        return 0, 0
    if isinstance(value, list):
        counts = [_count(each, key, depth - 1, reasoning=reasoning) for each in value]
        return sum(v for v, _r in counts), sum(r for _v, r in counts)
    if not isinstance(value, dict):
        return 0, 0
    kind = value.get("type")
    reasoning = reasoning or value.get("thought") is True
    reasoning = reasoning or (isinstance(kind, str) and bool(_REASONING.search(kind)))
    visible = reasoned = 0
    for name, each in value.items():
        inner = snake_case(str(name))
        if inner in _OPAQUE or not _may_hold_tokens(inner, each, key):
            continue
        found = _count(
            each, inner, depth - 1, reasoning=reasoning or bool(_REASONING.search(inner))
        )
        visible += found[0]
        # Relays send the same reasoning under two names.
        reasoned = max(reasoned, found[1]) if not reasoning else reasoned + found[1]
    return visible, reasoned


def has_tokens(value: object, key: str = "", depth: int = MAX_DEPTH) -> bool:
    """Return whether a value holds a non-empty string that the model generated, at any depth.

    Args:
        value: A delta, a message, or a part of one.
        key: Under which it stands, in snake case.
        depth: Levels that are searched.
    """
    if isinstance(value, str):
        return bool(value)
    if depth == 0:
        return False
    if isinstance(value, list):
        return any(has_tokens(each, key, depth - 1) for each in value)
    if not isinstance(value, dict):
        return False
    return any(
        _pair_has_tokens(snake_case(str(name)), each, key, depth) for name, each in value.items()
    )


def _pair_has_tokens(name: str, value: object, parent: str, depth: int) -> bool:
    return _may_hold_tokens(name, value, parent) and has_tokens(value, name, depth - 1)


def _may_hold_tokens(name: str, value: object, parent: str) -> bool:
    if name == "name":
        return parent in _CALLS and isinstance(value, str)
    return name not in _LABELS and not name.endswith(_LABEL_ENDS)
