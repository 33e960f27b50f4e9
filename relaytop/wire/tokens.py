"""Generated text in a delta or a message, under whatever names a server puts it."""

from __future__ import annotations

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
    if name == "name":
        return parent in _CALLS and isinstance(value, str) and bool(value)
    if name in _LABELS or name.endswith(_LABEL_ENDS):
        return False
    return has_tokens(value, name, depth - 1)
