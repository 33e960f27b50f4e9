"""A streamed reply of any API, read after it has ended."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from relaytop.wire.error_body import MAX_BYTES, error_of, message_of, plain_error
from relaytop.wire.facts import Failure, Reply
from relaytop.wire.failure import classify_error, classify_words, error_reply
from relaytop.wire.json_document import parse
from relaytop.wire.reply_state import ReplyState, reply_of
from relaytop.wire.sse import Decoder, Event, LineTooLongError

if TYPE_CHECKING:
    from relaytop.wire.raw_reply import RawReply
    from relaytop.wire.wire_api import WireAPI

DONE = "[DONE]"
_ERROR_NAME = re.compile(r"(?:error|exception|fail(?:ed|ure))$", re.IGNORECASE)
_ERROR_WORDS = re.compile(r"\b(?:error|exception|failed|failure|timed? ?out)\b", re.IGNORECASE)
"""Signs that an event which is no JSON is an error."""
_BARE = re.compile(rb"^\{", re.MULTILINE)
"""A line of JSON that is no field of an event."""


def read_stream(api: WireAPI, raw: RawReply) -> Reply:
    """Read the chunks of a 200 reply as events, whose documents the API reads."""
    decoder, reader = Decoder(), _EventReader(api)
    try:
        for index, chunk in enumerate(raw.chunks):
            for event in decoder.feed(chunk):
                reader.read(event, index)
    except LineTooLongError:
        return Reply(failure=Failure("too_large", "a line of the stream is too long"))
    for event in decoder.close():
        reader.read(event, len(raw.chunks) - 1, complete=False)
    if reader.error is None:
        reader.error = _bare_error(api, raw.body) if reader.seen_any else _text_error(raw)
    usage = api.usage(reader.state.usage, raw.headers)
    if reader.error is not None:
        failure = classify_error(reader.error, raw.status, raw.secrets, default="truncated")
        reply = error_reply(failure, reader.error, raw)
    else:
        said = reader.state.said_anything(usage)
        failed = reader.state.failure_of(raw.secrets) or reader.failure(
            said=said, ended_cleanly=raw.ended_cleanly
        )
        reply = Reply(failure=failed)
    return reply_of(reply, reader.state, usage, raw)


def _bare_error(api: WireAPI, body: bytes) -> dict[str, Any] | None:
    """Return the error that a relay wrote into the stream as it would have written it alone."""
    start = _BARE.search(body)
    if start is None:
        return None
    text = body[start.start() : start.start() + MAX_BYTES].decode("utf-8", "replace")
    try:
        document, _end = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return None if api.is_reply_part(document) else error_of(document)


def _text_error(raw: RawReply) -> dict[str, Any] | None:
    """Return the error that a body without an event is, by its words."""
    error = plain_error(raw.body)
    return error if classify_words(message_of(error), raw.secrets) else None


class _EventReader:
    """Reads events in order: errors and ends itself, the rest by the API."""

    def __init__(self, api: WireAPI) -> None:
        self.state = ReplyState()
        self.error: dict[str, Any] | None = None
        """The first error that an event reports."""
        self._api = api
        self._events = 0
        self._broken = False

    def read(self, event: Event, index: int, *, complete: bool = True) -> None:
        """Read an event that chunk `index` completed, or inside which the stream ended."""
        if event.data.strip() == DONE:
            self.state.finished = self.state.finished or self._api.ends_on_done
            self._events += 1
            return
        document = parse(event.data)
        if isinstance(document, dict):
            self.state.apply_document(document)
        if _ERROR_NAME.search(event.name):
            self.error = self.error or self._api.error_in(document) or {"message": event.data}
        elif isinstance(document, dict | list):
            error = self._api.error_in(document)
            if error is None:
                self._events += 1
                if isinstance(document, dict) and self._api.is_reply_part(document):
                    self._api.apply_event(self.state, document, index)
            self.error = self.error or error
        elif complete and event.data.lstrip().startswith("{"):
            self._broken = True
        else:
            text = document if isinstance(document, str) else event.data
            if _ERROR_WORDS.search(text[:MAX_BYTES]) or classify_words(text, ()):
                self.error = self.error or {"message": text}

    @property
    def seen_any(self) -> bool:
        """Whether there was any event that could be read."""
        return bool(self._events) or self._broken

    def failure(self, *, said: bool, ended_cleanly: bool) -> Failure | None:
        """Return the failure of a stream without an error event; None where it is good.

        Args:
            said: Whether the events hold anything that was generated.
            ended_cleanly: Whether the body was not cut off.
        """
        if self._broken:
            return Failure("protocol", "HTTP 200, but an event of the stream is invalid JSON")
        if self.state.finished:
            return None if said else Failure("protocol", "HTTP 200, but the stream is empty")
        if self._events:
            return Failure("truncated", f"the stream ended without {self._api.end_marker}")
        if not ended_cleanly:
            return Failure("truncated", "the connection ended before the first event")
        return Failure("protocol", "HTTP 200, but the stream has no events")
