"""What comes from a host, as messages: each read, checked and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import relaytop
from relaytop.fleet.ssh.protocol import (
    HELLO,
    MESSAGES,
    PROTOCOL,
    Hello,
    HistoryEnd,
    Watched,
    versions_of,
)
from relaytop.monitor.record import RECORD_BYTES
from relaytop.protocol.codec import BadMessageError
from relaytop.protocol.lines import MAX_LINE, LineBuffer
from relaytop.protocol.validate import read_message, read_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaytop.monitor.handover import MonitorHandover, TargetHandover
    from relaytop.protocol.messages import Report

    Message = Hello | Watched | MonitorHandover | TargetHandover | HistoryEnd | Report

MAX_BANNER_LINES = 200
"""What a login shell may write before relaytop's first line."""
MAX_BANNER_BYTES = 64 * 1024
TOO_MUCH = "what it writes is not relaytop's: does a login script there print so much?"
WATCHED_LINE = 4 * MAX_LINE
HISTORY_LINE = 4 * MAX_LINE
"""Bytes of a message of the history beside a target's samples: a full event log is the longest."""
NEWS_BYTES = 32 * 1024 * 1024
"""What may happen while the history is read."""


class HostStream:
    """Reads one connection's bytes.

    Nothing is believed unchecked: what is odd raises `BadMessageError`, with a sentence.
    """

    def __init__(self) -> None:
        self.hello: Hello | None = None
        self.watched: Watched | None = None
        self.live = False
        """Whether the history is complete."""
        # What follows the first line may be in the same piece; a banner has a bound of its own.
        self._lines = LineBuffer(WATCHED_LINE)
        self._banner_lines = 0
        self._banner_bytes = 0
        self._history_bytes = 0
        self._known: frozenset[str] = frozenset()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield the messages that are complete now.

        Raises:
            BadMessageError: It is no relaytop of this protocol, or says what cannot be.
        """
        if not self.live:
            self._count_history(len(data))
        if self.hello is None:
            self._banner_bytes += len(data)
        for line in self._lines.feed(data):
            if self.hello is None:
                line = self._without_banner(line)  # noqa: PLW2901 - what stands before it is dropped
            if not line.strip():
                continue
            yield self._read(line)
        if self.hello is None and self._banner_bytes > MAX_BANNER_BYTES:
            raise BadMessageError(TOO_MUCH)

    def _count_history(self, count: int) -> None:
        self._history_bytes += count
        most = NEWS_BYTES + (len(self._known) + 1) * self._lines.max_bytes
        if self._history_bytes > most:
            sentence = "it sent too much before its history was complete"
            raise BadMessageError(sentence)

    def _without_banner(self, line: bytes) -> bytes:
        """Return the first message in a line; empty where it only greets whoever logs in."""
        at = line.find(HELLO)
        if at >= 0:
            return line[at:]
        self._banner_lines += 1
        if self._banner_lines > MAX_BANNER_LINES:
            raise BadMessageError(TOO_MUCH)
        return b""

    def _read(self, line: bytes) -> Message:
        if self.live:
            return read_report(line)
        if self.hello is None:
            return self._greeted(line)
        message: Message = read_message(line, MESSAGES)
        if self.watched is None:
            if not isinstance(message, Watched):
                sentence = "it did not say what it watches"
                raise BadMessageError(sentence)
            self._watch(message)
        elif isinstance(message, Hello | Watched):
            sentence = "it introduced itself twice"
            raise BadMessageError(sentence)
        elif isinstance(message, HistoryEnd):
            self.live = True
            self._lines.max_bytes = MAX_LINE
        return message

    def _greeted(self, line: bytes) -> Hello:
        versions = versions_of(line)
        if versions is not None and versions[0] != PROTOCOL:
            raise OtherProtocolError(*versions)
        self.hello = read_message(line, {"Hello": Hello})
        return self.hello

    def _watch(self, message: Watched) -> None:
        self.watched = message
        self._known = frozenset(target.id for target in message.targets)
        self._lines.max_bytes = HISTORY_LINE + message.history * RECORD_BYTES * 4 // 3


class OtherProtocolError(BadMessageError):
    """A relaytop that speaks another version of the protocol.

    Args:
        protocol: The version that it speaks.
        version: Its own version.
    """

    def __init__(self, protocol: int, version: str) -> None:
        older = "there" if protocol < PROTOCOL else "here"
        super().__init__(
            f"relaytop {version} there speaks protocol {protocol}, relaytop "
            f"{relaytop.__version__} here {PROTOCOL}: upgrade relaytop {older}"
        )
