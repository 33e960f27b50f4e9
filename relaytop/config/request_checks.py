"""Checks of what a config says of requests: their mode, and what goes into their body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from relaytop.config.settings import MODES, REPLY_COUNTS
from relaytop.config.suggestions import suggestion

MAX_EXTRA_BYTES = 64 * 1024
MAX_REPLIES = 16
"""Of `n` and its kin: each reply is paid for."""
_DECIDED = {
    "model": "list it in the provider's `models`",
    "messages": "set `prompt`",
    "input": "set `prompt`",
    "contents": "set `prompt`",
    "content": "set `prompt`",
    "query": "set `prompt`",
    "prompt": "set `prompt` outside of extra",
    "stream": "set `stream` outside of extra",
    "generation_config": "write it as generationConfig",
    **dict.fromkeys(
        (
            "max_tokens",
            "max_completion_tokens",
            "max_output_tokens",
            "maxOutputTokens",
            "max_tokens_to_sample",
            "max_new_tokens",
            "num_predict",
        ),
        "set `max_tokens` outside of extra: the budget counts with it",
    ),
}
"""The keys of a body that relaytop decides → where to set them."""
_INNER = ("generationConfig", "options")
"""Tables of a body, of Gemini and Ollama, in which such keys may stand too."""


def checked_mode(value: str) -> str:
    """Return a mode; `ValueError` for what is none."""
    if value not in MODES:
        hint = suggestion(value, MODES, f"valid: {', '.join(MODES)}")
        message = f"{value!r} is not a mode; {hint}"
        raise ValueError(message)
    return value


def checked_extra(table: dict[str, Any]) -> dict[str, Any]:
    """Return what is merged into a request's body; `ValueError` for what cannot be, or must not."""
    _check_keys(table)
    try:
        size = len(json.dumps(table, allow_nan=False))
    except TypeError:
        message = "dates and times cannot be sent as JSON; quote them"
        raise ValueError(message) from None
    except ValueError:
        message = "inf and nan cannot be sent as JSON"
        raise ValueError(message) from None
    if size > MAX_EXTRA_BYTES:
        message = f"{size:,} bytes of JSON; at most {MAX_EXTRA_BYTES:,} are sent"
        raise ValueError(message)
    return table


def _check_keys(table: Mapping[str, Any]) -> None:
    for name, value in table.items():
        if name in _DECIDED:
            message = f"{name} is set by relaytop; {_DECIDED[name]}"
            raise ValueError(message)
        if name in REPLY_COUNTS and not _is_count(value):
            message = f"{name} must be a whole number from 1 to {MAX_REPLIES}"
            raise ValueError(message)
        if name in _INNER and isinstance(value, Mapping):
            _check_keys(value)


def _is_count(value: object) -> bool:
    return type(value) is int and 1 <= value <= MAX_REPLIES
