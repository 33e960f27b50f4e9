"""A streamed reply of any API, read after it has ended."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from relaytop.wire.error_body import error_of
from relaytop.wire.facts import Failure, Reply
from relaytop.wire.failure import classify_error, error_reply
from relaytop.wire.json_document import parse
from relaytop.wire.sse import Decoder, Event, LineTooLongError

if TYPE_CHECKING:
    from relaytop.wire.chat import ChatAPI
    from relaytop.wire.raw_reply import RawReply

DONE = "[DONE]"


@dataclass(slots=True)
class StreamState:
    """The state of a stream after the events so far."""

    first_token: int | None = None
    """Index of the chunk that completed the first non-empty delta."""
    finished: bool = False
    """Whether an event marked the reply's end."""
    usage: dict[str, Any] = field(default_factory=dict)
    """The API's own usage object; a later one beats an earlier one."""
    failure: Failure | None = None
    """The failure that the events report, in a form of the API's own."""
    texts: list[str] = field(default_factory=list)
    """The content, piece by piece."""


def read_stream(api: ChatAPI, raw: RawReply) -> Reply:
    """Read the chunks of a 200 reply as events, whose documents the API reads."""
    decoder, reader = Decoder(), _EventReader(api)
    try:
        for index, chunk in enumerate(raw.chunks):
            for event in decoder.feed(chunk):
                reader.read(event, index)
    except LineTooLongError:
        return Reply(failure=Failure("too_large", "a line of the stream has no end"))
    for event in decoder.close():
        reader.read(event, len(raw.chunks) - 1, complete=False)
    state, error = reader.state, reader.error
    usage = api.usage(state.usage, raw.headers)
    if error is not None:
        failure = classify_error(error, raw.status, raw.secrets, default="truncated")
        reply = error_reply(failure, error, raw)
        return replace(reply, usage=usage, first_token_chunk=state.first_token)
    return Reply(
        failure=reader.failure(ended_cleanly=raw.ended_cleanly),
        usage=usage,
        first_token_chunk=state.first_token,
        text="".join(state.texts),
    )


class _EventReader:
    """Reads events in order: errors and ends itself, the rest by the API."""

    def __init__(self, api: ChatAPI) -> None:
        self.state = StreamState()
        self.error: dict[str, Any] | None = None
        """The first error that an event reports."""
        self._api = api
        self._events = 0
        self._broken = False

    def read(self, event: Event, index: int, *, complete: bool = True) -> None:
        """Read an event that chunk `index` completed, or inside which the stream ended."""
        if event.data.strip() == DONE:
            self.state.finished = True
            self._events += 1
            return
        document = parse(event.data)
        if event.name == "error":
            self.error = self.error or error_of(document) or {"message": event.data}
        elif isinstance(document, dict) and self._api.is_reply_part(document):
            self._events += 1
            self._api.apply_event(self.state, document, index)
        elif isinstance(document, dict | list):
            error = error_of(document)
            if error is None:
                self._events += 1
            self.error = self.error or error
        elif complete and event.data.lstrip().startswith("{"):
            self._broken = True

    def failure(self, *, ended_cleanly: bool) -> Failure | None:
        """Return the failure of a stream without an error event; None where it is good."""
        if self.state.failure is not None:
            return self.state.failure
        if self._broken:
            return Failure("protocol", "HTTP 200, but an event of the stream is broken JSON")
        if self.state.finished:
            return None
        if self._events:
            return Failure("truncated", f"the stream ended without {self._api.end_marker}")
        if not ended_cleanly:
            return Failure("truncated", "the connection ended before the first event")
        return Failure("protocol", "HTTP 200 with a stream of no events")
