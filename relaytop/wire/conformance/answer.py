"""A good reply put together, whatever its API: its choices, their texts and calls."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from relaytop.wire.json_document import object_in, objects_of, parse, text_of, text_of_parts
from relaytop.wire.sse import Decoder, LineTooLongError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relaytop.wire.raw_reply import RawReply

MAX_CHOICES = 64
MAX_CALLS = 64


@dataclass(slots=True)
class Call:
    """A call of a tool."""

    name: str = ""
    arguments: str = ""
    """JSON, as far as it came."""
    is_text: bool = True
    """Whether they came as a text, where the API has them so."""

    def add_arguments(self, value: object) -> None:
        """Add a piece of the arguments, which should be a text."""
        self.arguments += text_of(value)
        self.is_text = self.is_text and (value is None or isinstance(value, str))


@dataclass(slots=True)
class Choice:
    """One of the replies to one request."""

    text: str = ""
    finish: str = ""
    calls: dict[object, Call] = field(default_factory=dict)
    """The server's number or id of a call → the call."""

    def call(self, key: object) -> Call:
        """Return the call of that key, new where there is none yet."""
        if key not in self.calls and len(self.calls) >= MAX_CALLS:
            return Call()
        return self.calls.setdefault(key, Call())


@dataclass(slots=True)
class Answer:
    """A reply."""

    choices: dict[int, Choice] = field(default_factory=dict)
    documents: list[dict[str, Any]] = field(default_factory=list)
    """As they came: one, or the events of a stream."""
    streamed: bool = False
    """Whether it came as events."""
    secrets: Sequence[str] = ()
    """Keys and the like, not to be quoted from it."""

    @property
    def has_ended(self) -> bool:
        """Whether a choice says why it ends."""
        return any(choice.finish for choice in self.choices.values())

    def choice(self, index: object) -> Choice:
        """Return the choice of that number, new where there is none yet."""
        at = index if type(index) is int and 0 <= index < MAX_CHOICES else 0
        return self.choices.setdefault(at, Choice())


def read_answer(api: str, mode: str, raw: RawReply) -> Answer:
    """Put a reply together.

    Args:
        api: The wire API.
        mode: The target's mode.
        raw: The reply.
    """
    whole = parse(raw.body)
    in_one = whole if isinstance(whole, list) else [whole]
    answer = Answer(streamed=not isinstance(whole, dict | list), secrets=raw.secrets)
    for document in _events(raw) if answer.streamed else objects_of(in_one):
        answer.documents.append(document)
        if mode == "responses":
            _apply_response(answer, document)
        elif api == "anthropic":
            _apply_message(answer, document)
        elif api == "gemini":
            _apply_candidates(answer, document)
        else:
            _apply_choices(answer, document)
    return answer


def _events(raw: RawReply) -> Iterator[dict[str, Any]]:
    decoder = Decoder()
    try:
        events = [event for chunk in raw.chunks for event in decoder.feed(chunk)]
    except LineTooLongError:
        return
    for event in [*events, *decoder.close()]:
        document = parse(event.data)
        if isinstance(document, dict):
            yield document


def _apply_choices(answer: Answer, document: dict[str, Any]) -> None:
    """Apply a chat completion, or a chunk of one."""
    for place, each in enumerate(objects_of(document.get("choices"))):
        choice = answer.choice(each.get("index", place))
        choice.finish = text_of(each.get("finish_reason")) or choice.finish
        # At the end of some servers' streams comes all of the message again.
        began = bool(choice.text or choice.calls)
        for holder in (object_in(each, "delta"), {} if began else object_in(each, "message")):
            choice.text += text_of_parts(holder.get("content"))
            for at, found in enumerate(objects_of(holder.get("tool_calls"))):
                call, function = choice.call(found.get("index", at)), object_in(found, "function")
                call.name += text_of(function.get("name"))
                call.add_arguments(function.get("arguments"))


def _apply_message(answer: Answer, document: dict[str, Any]) -> None:
    """Apply one of Anthropic's messages, or an event of one."""
    choice = answer.choice(0)
    reason = document.get("stop_reason") or object_in(document, "delta").get("stop_reason")
    choice.finish = text_of(reason) or choice.finish
    for at, block in enumerate(objects_of(document.get("content"))):
        _apply_block(choice, at, block)
    index = document.get("index", 0)
    if isinstance(index, int):
        _apply_block(choice, index, object_in(document, "content_block"))
        delta = object_in(document, "delta")
        choice.text += text_of(delta.get("text"))
        if "partial_json" in delta:
            choice.call(index).arguments += text_of(delta.get("partial_json"))


def _apply_block(choice: Choice, index: int, block: dict[str, Any]) -> None:
    if block.get("type") == "tool_use":
        call = choice.call(index)
        call.name = text_of(block.get("name"))
        call.arguments += _as_json(block.get("input"))
    choice.text += text_of(block.get("text"))


def _apply_candidates(answer: Answer, document: dict[str, Any]) -> None:
    """Apply Gemini's candidates, or a chunk of them."""
    for place, each in enumerate(objects_of(document.get("candidates"))):
        choice = answer.choice(each.get("index", place))
        choice.finish = text_of(each.get("finishReason")) or choice.finish
        for part in objects_of(object_in(each, "content").get("parts")):
            if not part.get("thought"):
                choice.text += text_of(part.get("text"))
            found = object_in(part, "functionCall")
            if found:
                call = choice.call(len(choice.calls))
                call.name = text_of(found.get("name"))
                call.arguments = _as_json(found.get("args"))


def _apply_response(answer: Answer, document: dict[str, Any]) -> None:
    """Apply a response, or the event that ends one: it has all items, or they came before it."""
    if document.get("type", _ENDS[0]) not in _ENDS:
        return
    whole = object_in(document, "response") if "type" in document else document
    items = objects_of(whole.get("output")) or [
        object_in(each, "item") for each in answer.documents if each.get("type") == _ITEM
    ]
    choice = answer.choice(0)
    reason = object_in(whole, "incomplete_details").get("reason")
    choice.finish = text_of(reason) or text_of(whole.get("status"))
    for item in items:
        choice.text += text_of_parts(item.get("content"))
        if item.get("type") == "function_call":
            call = choice.call(len(choice.calls))
            call.name = text_of(item.get("name"))
            call.add_arguments(item.get("arguments"))


_ENDS = ("response.completed", "response.incomplete")
_ITEM = "response.output_item.done"


def _as_json(value: object) -> str:
    """Return an object as JSON; empty for an empty one, which a stream fills piece by piece."""
    return json.dumps(value) if isinstance(value, dict) and value else ""
