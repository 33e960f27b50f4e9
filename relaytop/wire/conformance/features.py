"""The features that a relay is asked for, in the words of each API."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from relaytop.wire.conformance.judges import (
    TOOL,
    Judge,
    judge_base64,
    judge_batch,
    judge_call,
    judge_dimensions,
    judge_json,
    judge_max_tokens,
    judge_order,
    judge_replies,
    judge_stop,
    judge_streamed_call,
    judge_top_n,
    judge_usage,
)
from relaytop.wire.request import with_extra

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Target

TOKENS = 64
"""Of a reply in which a tool is called, or JSON is written."""
FEW_TOKENS = 16
DIMENSIONS = 64
STREAMED_CALL, STREAMED_USAGE = "tool call, streamed", "usage in streams"
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
_CALL_PROMPT = "What is the weather in Paris? Use the tool."
_JSON_PROMPT = 'Reply with JSON alone: {"city": "Paris"}'
_COUNT_PROMPT = "Count from 1 to 9, separated by spaces, and write nothing else."
_LONG_PROMPT = "Count from 1 to 200, separated by spaces."
_WORDS = ("relaytop", "relaytop", "a loaf of bread")


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature, the request that asks for it, and how its reply is judged."""

    name: str
    """As tables show it."""
    judge: Judge
    prompt: str
    body: Mapping[str, Any]
    """What asks for it, merged into the request's body."""
    max_tokens: int = FEW_TOKENS
    stream: bool = False

    def target(self, target: Target) -> Target:
        """Return a target whose request asks for it."""
        return replace(
            target,
            messages=(("user", self.prompt),),
            extra=with_extra(target.extra, self.body),
            max_tokens=self.max_tokens,
            stream=self.stream,
        )


def features_of(api: str, mode: str) -> tuple[Feature, ...]:
    """Return what a target of an API and a mode is asked for, in the order of a table."""
    if mode == "embeddings":
        return _EMBEDDINGS if api != "gemini" else ()
    if mode == "rerank":
        return _RERANK
    tools, schema = _tools(api, mode), _json_schema(api, mode)
    features = [
        Feature("tool call", judge_call, _CALL_PROMPT, tools, TOKENS),
        Feature(STREAMED_CALL, judge_streamed_call, _CALL_PROMPT, tools, TOKENS, stream=True),
    ]
    if schema:
        features.append(Feature("JSON schema", judge_json, _JSON_PROMPT, schema, TOKENS))
    key = "chat" if mode == "chat" and api in {"openai", "azure"} else api
    if mode == "chat":
        if key in _REPLIES:
            features.append(Feature("n", judge_replies, "ping", _REPLIES[key]))
        features.append(Feature("stop", judge_stop, _COUNT_PROMPT, _STOP[key], TOKENS))
    features += [
        Feature(STREAMED_USAGE, judge_usage, "ping", {}, stream=True),
        Feature("max_tokens", judge_max_tokens, _LONG_PROMPT, {}),
    ]
    return tuple(features)


_REPLIES: dict[str, dict[str, Any]] = {
    "chat": {"n": 2},
    "gemini": {"generationConfig": {"candidateCount": 2}},
}
_STOP: dict[str, dict[str, Any]] = {
    "chat": {"stop": ["5"]},
    "anthropic": {"stop_sequences": ["5"]},
    "gemini": {"generationConfig": {"stopSequences": ["5"]}},
}


def _tools(api: str, mode: str) -> dict[str, Any]:
    """Return a tool, and the demand to call it."""
    about = {"name": TOOL, "description": "The weather in a city."}
    if api == "anthropic":
        return {
            "tools": [{**about, "input_schema": SCHEMA}],
            "tool_choice": {"type": "tool", "name": TOOL},
        }
    if api == "gemini":
        schema = {name: value for name, value in SCHEMA.items() if name != "additionalProperties"}
        return {
            "tools": [{"functionDeclarations": [{**about, "parameters": schema}]}],
            "toolConfig": {
                "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": [TOOL]}
            },
        }
    function = {**about, "parameters": SCHEMA}
    if mode == "responses":
        tool = {"type": "function", **function, "strict": True}
        return {"tools": [tool], "tool_choice": {"type": "function", "name": TOOL}}
    return {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": TOOL}},
    }


def _json_schema(api: str, mode: str) -> dict[str, Any]:
    """Return the demand for JSON by a schema; empty for an API without it."""
    if api == "anthropic":
        return {}
    if api == "gemini":
        schema = {name: value for name, value in SCHEMA.items() if name != "additionalProperties"}
        config = {"responseMimeType": "application/json", "responseSchema": schema}
        return {"generationConfig": config}
    schema = {"name": "place", "schema": SCHEMA, "strict": True}
    if mode == "responses":
        return {"text": {"format": {"type": "json_schema", **schema}}}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


_EMBEDDINGS = (
    Feature("dimensions", judge_dimensions(DIMENSIONS), "ping", {"dimensions": DIMENSIONS}),
    Feature("batch", judge_batch, json.dumps(_WORDS), {"input": list(_WORDS)}),
    Feature("base64", judge_base64, "ping", {"encoding_format": "base64"}),
)
_RERANK = (
    Feature("order", judge_order, "ping", {}),
    Feature("top_n", judge_top_n, "ping", {"top_n": 1}),
)
