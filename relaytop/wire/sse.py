"""A decoder of server-sent events: our own, because it must bound an endless line."""

from __future__ import annotations

from typing import NamedTuple

MAX_LINE = 256 * 1024
"""The most bytes of one line."""


class LineTooLongError(Exception):
    """A line went past `MAX_LINE` without an end."""


class Event(NamedTuple):
    """One event of a stream."""

    name: str
    """Empty where the server sent none."""
    data: str


class Decoder:
    r"""Decodes bytes, however they are split, into events.

    Lines end on CRLF, LF or CR only. Comments, and events without data, are skipped.
    """

    def __init__(self, max_line: int = MAX_LINE) -> None:
        self._max_line = max_line
        self._rest: list[bytes] = []
        self._rest_size = 0
        self._after_cr = False
        self._first = True
        self._name = ""
        self._data: list[str] = []

    def feed(self, data: bytes) -> list[Event]:
        """Decode more bytes; return the events that they complete.

        Raises:
            LineTooLongError: A line is longer than the bound.
        """
        if self._after_cr and data[:1] == b"\n":
            data = data[1:]
            self._after_cr = False
        if not data:
            return []
        self._after_cr = data.endswith(b"\r")
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = data.split(b"\n")
        events: list[Event] = []
        for line in lines:
            self._keep(line)
            self._line(b"".join(self._rest), events)
            self._rest.clear()
            self._rest_size = 0
        self._keep(rest)
        return events

    def _keep(self, piece: bytes) -> None:
        # In pieces: a long line that comes byte by byte must not be copied for each of them.
        self._rest_size += len(piece)
        if self._rest_size > self._max_line:
            raise LineTooLongError
        if piece:
            self._rest.append(piece)

    def close(self) -> list[Event]:
        """End the stream; an event without its closing blank line still counts."""
        events: list[Event] = []
        if self._rest:
            self._line(b"".join(self._rest), events)
            self._rest.clear()
        self._line(b"", events)
        return events

    def _line(self, raw: bytes, events: list[Event]) -> None:
        if self._first:
            self._first = False
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if not raw:
            if self._data:
                events.append(Event(self._name, "\n".join(self._data)))
                self._data = []
            self._name = ""
            return
        field, _, value = raw.partition(b":")
        value = value[1:] if value[:1] == b" " else value
        if field == b"data":
            if value:
                self._data.append(value.decode("utf-8", "replace"))
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
