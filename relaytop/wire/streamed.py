"""A streamed reply of any API, read after it has ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from relaytop.wire.error_body import error_of, parse
from relaytop.wire.facts import Failure, Reply, Usage
from relaytop.wire.failure import LIMITED, from_error
from relaytop.wire.ratelimit import limits_in, retry_after_s
from relaytop.wire.sse import Decoder, Event, LineTooLongError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DONE = "[DONE]"


@dataclass(slots=True)
class Heard:
    """What the events so far have told."""

    first_token: int | None = None
    """Index of the chunk that completed the first non-empty delta."""
    finished: bool = False
    """Whether the reply said that it is whole."""
    usage: dict[str, Any] = field(default_factory=dict)
    """The API's own usage object; a later one beats an earlier one."""
    failure: Failure | None = None
    """What the events say went wrong, in a way of the API's own."""
    said: list[str] = field(default_factory=list)
    """The content so far, piece by piece."""


class Listener(Protocol):
    """What an API knows of its own events."""

    ending: str
    """How its streams end, in words."""

    def knows(self, document: dict[str, Any]) -> bool:
        """Whether a document is a part of a reply, so that no text in it is an error."""
        ...

    def hear(self, heard: Heard, document: dict[str, Any], index: int) -> None:
        """Take one event's document, completed by chunk `index`."""
        ...

    def usage(self, raw: object, headers: Mapping[str, str]) -> Usage:
        """Read the API's own usage object."""
        ...


def read_stream(
    listener: Listener,
    headers: Mapping[str, str],
    chunks: Sequence[bytes],
    *,
    ended_cleanly: bool,
    secrets: Sequence[str],
    now: float,
) -> Reply:
    """Read the chunks of a 200 reply as events.

    Args:
        listener: The API's.
        headers: By lower-case name.
        chunks: The body's pieces in the order in which they came.
        ended_cleanly: Whether the body was not cut off.
        secrets: What must not be shown of the server's words.
        now: Unix seconds.
    """
    decoder, told = Decoder(), _Told(listener)
    try:
        for index, chunk in enumerate(chunks):
            for event in decoder.feed(chunk):
                told.take(event, index)
    except LineTooLongError:
        return Reply(failure=Failure("too_large", "a line of the stream has no end"))
    for event in decoder.close():
        told.take(event, len(chunks) - 1, whole=False)
    heard, error = told.heard, told.error
    usage = listener.usage(heard.usage, headers)
    if error is not None:
        failure = from_error(error, 200, secrets, otherwise="truncated")
        limited = failure.error_class == LIMITED
        return Reply(
            failure=failure,
            usage=usage,
            first_token_chunk=heard.first_token,
            retry_after_s=retry_after_s(headers, error, now, limited=limited),
            rate_limit=limits_in(error, now),
        )
    return Reply(
        failure=told.failure(ended_cleanly=ended_cleanly),
        usage=usage,
        first_token_chunk=heard.first_token,
        text="".join(heard.said),
    )


class _Told:
    """The events in order: errors and ends here, the rest by the API."""

    def __init__(self, listener: Listener) -> None:
        self.heard = Heard()
        self.error: dict[str, Any] | None = None
        self._listener = listener
        self._events = 0
        self._broken = False

    def take(self, event: Event, index: int, *, whole: bool = True) -> None:
        """Take an event, completed by chunk `index`; not `whole`: the stream ended inside it."""
        if event.data.strip() == DONE:
            self.heard.finished = True
            self._events += 1
            return
        document = parse(event.data)
        if event.name == "error":
            self._take_error(error_of(document) or {"message": event.data})
        elif isinstance(document, dict) and self._listener.knows(document):
            self._events += 1
            self._listener.hear(self.heard, document, index)
        elif isinstance(document, dict | list):
            error = error_of(document)
            if error is not None:
                self._take_error(error)
            else:
                self._events += 1
        elif whole and event.data.lstrip().startswith("{"):
            self._broken = True

    def _take_error(self, error: dict[str, Any]) -> None:
        if self.error is None:
            self.error = error

    def failure(self, *, ended_cleanly: bool) -> Failure | None:
        """Say what is wrong with a stream that reported no error of its own."""
        if self.heard.failure is not None:
            return self.heard.failure
        if self._broken:
            return Failure("protocol", "HTTP 200, but an event of the stream is broken JSON")
        if self.heard.finished:
            return None
        if self._events:
            return Failure("truncated", f"the stream ended without {self._listener.ending}")
        if not ended_cleanly:
            return Failure("truncated", "the connection ended before the first event")
        return Failure("protocol", "HTTP 200 with a stream of no events")
