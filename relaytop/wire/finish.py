"""How a reply ended: the finish reasons that are good, and what the others mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from relaytop.wire.facts import Failure
from relaytop.wire.failure import class_of_code, classify_error
from relaytop.wire.json_document import snake_case
from relaytop.wire.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LENGTH = frozenset(
    {
        "length",
        "max_length",
        "max_tokens",
        "max_output",
        "max_output_tokens",
        "max_new_tokens",
        "max_completion_tokens",
        "model_length",
        "model_context_window_exceeded",
        "token_limit",
        "tokens_limit_reached",
        "max_len",
        "max_length_reached",
        "maximum_tokens",
        "max_predicted_tokens_reached",
        "context_length_reached",
    }
)
"""The bound was reached: good even where nothing can be seen, as of a model that thinks."""
GOOD = LENGTH | frozenset(
    {
        "stop",
        "stop_sequence",
        "stop_sequences",
        "stop_word",
        "stop_words",
        "stop_criteria_met",
        "stop_string_found",
        "eos",
        "eos_token",
        "eos_found",
        "end_of_text",
        "endoftext",
        "end",
        "normal",
        "finish",
        "end_turn",
        "end_of_turn",
        "complete",
        "completed",
        "finished",
        "done",
        "tool_calls",
        "tool_call",
        "tool_use",
        "function_call",
        "function_calls",
        "pause_turn",
        "compaction",
    }
)
"""Of all APIs: relays pass an upstream's reason through as it is."""
UNFINISHED = frozenset({"", "null", "none", "unspecified", "not_finished", "in_progress"})
"""No reason at all: some servers write it in each chunk."""
_BAD = {
    **dict.fromkeys(
        (
            "content_filter",
            "content_filtered",
            "content_policy_violation",
            "sensitive",
            "safety",
            "recitation",
            "blocklist",
            "prohibited_content",
            "spii",
            "language",
            "image_safety",
            "image_prohibited_content",
            "image_recitation",
            "model_armor",
            "refusal",
            "guardrail_intervened",
            "error_toxic",
            "error_limit",
        ),
        "bad_request",
    ),
    **dict.fromkeys(("insufficient_system_resource", "overloaded"), "overloaded"),
    **dict.fromkeys(
        (
            "abort",
            "aborted",
            "user_cancel",
            "cancel",
            "cancelled",
            "canceled",
            "interrupted",
            "incomplete",
        ),
        "truncated",
    ),
    **dict.fromkeys(("network_error", "connection_error", "upstream_error"), "gateway"),
    **dict.fromkeys(("timeout", "time_limit"), "timeout"),
    **dict.fromkeys(
        (
            "error",
            "failed",
            "failure",
            "other",
            "malformed_function_call",
            "malformed_tool_use",
            "malformed_response",
            "malformed_model_output",
            "unexpected_tool_call",
            "too_many_tool_calls",
            "missing_thought_signature",
        ),
        "server_error",
    ),
}
"""Finish reason → class. A filter that stops the reply refuses the request, as vendors say."""
_MAX_REASON = 60
_PREFIX = re.compile(r"^(?:finish_reason|stop_reason|reason)[._](?=.)")
"""The name of an enumeration, which some SDKs leave before its value."""


def finish_reason(value: object) -> str:
    """Return a finish reason in lower case; empty for none, and for a value that is no text."""
    if isinstance(value, dict):  # SGLang: {"type": "length", "length": 16}
        value = value.get("type")
    if not isinstance(value, str):
        return ""
    reason = _PREFIX.sub("", snake_case(value.strip()).replace("-", "_"))
    return "" if reason in UNFINISHED else reason


def finish_error(value: object) -> dict[str, Any] | None:
    """Return the error that a finish reason carries (SGLang's abort); None where it has none."""
    return value if isinstance(value, dict) and isinstance(value.get("message"), str) else None


def finish_failure(
    reason: str, error: Mapping[str, Any] | None, secrets: Sequence[str]
) -> Failure | None:
    """Return the failure that a choice reports by its finish reason or an error beside it.

    Args:
        reason: From `finish_reason`.
        error: The choice's own error in one form (`error_of`).
        secrets: Keys and the like, removed from the server's message.
    """
    if error is None and (not reason or reason in GOOD):
        return None
    named = _BAD.get(reason) or class_of_code(reason) or "protocol"
    if error is not None:
        if reason in GOOD or not reason:
            named = "server_error"
        return classify_error(error, 200, secrets, default=named)
    return Failure(
        named, f"the reply ended with finish reason {safe(reason, secrets, _MAX_REASON)}"
    )
