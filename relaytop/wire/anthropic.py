"""Anthropic's API: `/v1/messages`, whole or streamed as named events, and `/v1/models`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from relaytop.wire.chat import ChatAPI
from relaytop.wire.facts import Request, Usage
from relaytop.wire.numbers import token_count
from relaytop.wire.request import (
    DOCUMENT,
    STREAM,
    SYSTEM,
    below,
    headers_for,
    key_header,
    system_of,
)
from relaytop.wire.text_parts import said_in
from relaytop.wire.usage import read_cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relaytop.config.settings import Provider, Target
    from relaytop.wire.streamed import Heard

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
_SPOKEN = ("text", "thinking", "partial_json")


class Anthropic(ChatAPI):
    """Builds requests of this API and reads its replies."""

    name = "anthropic"
    body_key = "content"
    ending = "stop_reason or message_stop"
    may_be_wordless = True

    def build(self, target: Target, provider: Provider, learned: frozenset[str]) -> Request:
        """Build one probe's request; see `ChatAPI.build`."""
        del learned
        body: dict[str, Any] = {
            "model": target.model,
            "max_tokens": target.max_tokens,
            "messages": [
                {"role": role, "content": text}
                for role, text in target.request_messages
                if role != SYSTEM
            ],
            "stream": target.stream,
        }
        system = system_of(target)
        if system is not None:
            body["system"] = system
        headers = headers_for(
            provider, _own(provider), accept=STREAM if target.stream else DOCUMENT, body=True
        )
        content = json.dumps(body, separators=(",", ":")).encode()
        return Request("POST", below(provider.base_url, "/v1", "/messages"), headers, content)

    def models_request(self, provider: Provider) -> Request:
        """Build the request for what a provider offers."""
        url = below(provider.base_url, "/v1", "/models?limit=1000")
        return Request("GET", url, headers_for(provider, _own(provider)), b"")

    def offered(self, document: object) -> Iterable[object] | None:
        """Return the ids in `data`."""
        entries = document.get("data") if isinstance(document, dict) else None
        if not isinstance(entries, list):
            return None
        return (entry.get("id") for entry in entries if isinstance(entry, dict))

    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read a `usage` object, whose cached tokens stand outside `input_tokens`."""
        cost = read_cost(raw, headers)
        if not isinstance(raw, dict):
            return Usage(cost_usd=cost)
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

    def whole_usage(self, document: Mapping[str, Any]) -> object:
        """Return `usage`."""
        return document.get("usage")

    def whole_text(self, document: Mapping[str, Any]) -> str:
        """Return the text blocks in `content`."""
        return said_in(document.get("content"))

    def knows(self, document: dict[str, Any]) -> bool:
        """Each document names its type."""
        return document.get("type") in _EVENTS

    def hear(self, heard: Heard, document: dict[str, Any], index: int) -> None:
        """Take an event; the usage of `message_delta` adds to that of `message_start`."""
        kind = document.get("type")
        if kind == "message_start":
            message = document.get("message")
            _merge(heard, message.get("usage") if isinstance(message, dict) else None)
        elif kind == "message_delta":
            _merge(heard, document.get("usage"))
            delta = document.get("delta")
            if isinstance(delta, dict) and delta.get("stop_reason"):
                heard.finished = True
        elif kind == "message_stop":
            heard.finished = True
        elif _speaks(document):
            if heard.first_token is None:
                heard.first_token = index
            heard.said.append(said_in([document.get("delta"), document.get("content_block")]))


def _own(provider: Provider) -> dict[str, str]:
    return {**key_header(provider, "x-api-key"), "anthropic-version": VERSION}


def _optional(raw: Mapping[str, Any], name: str) -> int | None:
    """Return a count that is 0 where it is not told, and None where it is absurd."""
    value = raw.get(name)
    return 0 if value is None else token_count(value)


def _merge(heard: Heard, usage: object) -> None:
    if isinstance(usage, dict):
        heard.usage |= {name: value for name, value in usage.items() if value is not None}


def _speaks(document: Mapping[str, Any]) -> bool:
    """Whether an event carries text, thinking or a tool's call."""
    delta, block = document.get("delta"), document.get("content_block")
    if isinstance(block, dict):
        return block.get("type") == "tool_use" or any(block.get(name) for name in _SPOKEN)
    return isinstance(delta, dict) and any(delta.get(name) for name in _SPOKEN)
