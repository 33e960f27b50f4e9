"""Anthropic's API: `/v1/messages`, streamed as named events or not, and `/v1/models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.wire.cost import read_cost
from relaytop.wire.facts import Usage
from relaytop.wire.json_document import object_in, text_of_parts
from relaytop.wire.numbers import token_count
from relaytop.wire.request import SYSTEM, join_url, key_header, system_text
from relaytop.wire.usage import read_usage
from relaytop.wire.wire_api import WireAPI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.reply_state import ReplyState

PREFIX = "/v1"
VERSION = "2023-06-01"
_EVENTS = (
    "message",
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "ping",
)
_FINISH = "stop_reason"
_OTHERS = frozenset({"prompt_tokens", "prompt_token_count", "input_token_count"})
"""The first fields of other APIs' usage objects, and of Bedrock's metrics."""


class Anthropic(WireAPI):
    """Builds requests of this API and reads its replies."""

    name = "anthropic"
    body_key = "content"
    may_be_empty = True
    end_marker = "stop_reason or message_stop"

    def url(self, provider: Provider, target: Target) -> str:
        """Return where probes of a target are sent."""
        del target
        return join_url(provider.base_url, PREFIX, "/messages")

    def models_url(self, provider: Provider) -> str:
        """Return where models are listed."""
        return join_url(provider.base_url, PREFIX, "/models?limit=1000")

    def own_headers(self, provider: Provider) -> dict[str, str]:
        """Return the headers that carry the key and the API's version."""
        return {**key_header(provider, "x-api-key"), "anthropic-version": VERSION}

    def body(self, target: Target, adaptations: frozenset[str]) -> dict[str, Any]:
        """Return the document of a probe's request."""
        del adaptations
        messages = [
            {"role": role, "content": text}
            for role, text in target.request_messages
            if role != SYSTEM
        ]
        body: dict[str, Any] = {
            "model": target.model,
            "max_tokens": target.max_tokens,
            "messages": messages,
            "stream": target.stream,
        }
        system = system_text(target)
        if system is not None:
            body["system"] = system
        return body

    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read a `usage` object, whose cached tokens stand outside `input_tokens`."""
        cost = read_cost(raw, headers)
        if not isinstance(raw, dict):
            return Usage(cost_usd=cost)
        if not raw.get("input_tokens") and not _OTHERS.isdisjoint(raw):
            return read_usage(raw, headers)  # a relay that did not translate it
        fresh = token_count(raw.get("input_tokens"))
        read, written = (
            _optional(raw, f"cache_{what}_input_tokens") for what in ("read", "creation")
        )
        known = fresh is not None and read is not None and written is not None
        return Usage(
            input_tokens=(fresh or 0) + (read or 0) + (written or 0) if known else None,
            output_tokens=token_count(raw.get("output_tokens")),
            cached_tokens=read,
            cache_write_tokens=written,
            cost_usd=cost,
        )

    def is_reply_part(self, document: dict[str, Any]) -> bool:
        """Return whether a document's type is a known event's."""
        return document.get("type") in _EVENTS

    def apply_event(self, state: ReplyState, document: dict[str, Any], index: int) -> None:
        """Apply an event, or a whole reply: content, stop_reason."""
        kind = document.get("type")
        if kind == "message":
            content = document.get("content")
            state.apply_choice(document, _FINISH, {"content_block": content}, index)
            state.texts.append(text_of_parts(content))
        elif kind == "message_delta":
            state.apply_choice(object_in(document, "delta"), _FINISH, None, index)
        elif kind == "message_stop":
            state.finished = True
        elif kind != "message_start":
            delta, block = document.get("delta"), document.get("content_block")
            generated = {"delta": delta, "content_block": block}
            state.apply_choice(document, _FINISH, generated, index)
            state.texts.append(text_of_parts([delta, block]))


def _optional(raw: Mapping[str, Any], name: str) -> int | None:
    """Return a count that is 0 where it is missing, and None where it is absurd."""
    value = raw.get(name)
    return 0 if value is None else token_count(value)
