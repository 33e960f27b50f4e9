"""A stream of bytes as lines, none longer than it may be."""

from __future__ import annotations

from relaytop.protocol.codec import BadMessageError

MAX_LINE = 1024 * 1024
"""Bytes of one message, unless something larger is due."""


class LineBuffer:
    """Splits what arrives in pieces into lines; an endless line costs a bounded memory.

    Args:
        max_bytes: The longest line.
    """

    def __init__(self, max_bytes: int = MAX_LINE) -> None:
        self.max_bytes = max_bytes
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that are complete now, without their ends.

        Raises:
            BadMessageError: One is longer than a message may be.
        """
        first, *others = data.split(b"\n")
        self._rest += first
        if not others:
            self._require_short(len(self._rest))
            return []
        lines = [bytes(self._rest), *others[:-1]]
        self._rest = bytearray(others[-1])
        self._require_short(max(map(len, (*lines, others[-1]))))
        return lines

    def _require_short(self, size: int) -> None:
        if size > self.max_bytes:
            message = f"a line of more than {self.max_bytes} bytes"
            raise BadMessageError(message)
