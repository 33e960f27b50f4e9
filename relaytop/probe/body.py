"""Reading a reply's body within bounds, what one read brought with one stamp."""

from __future__ import annotations

import zlib

from relaytop.probe.errors import PROTOCOL, TOO_LARGE, PathError

MAX_DECODED = 4 * 1024 * 1024
MAX_PARTS = 20_000
"""Chunks of a reply: millions of one byte each would keep the loop from other targets' replies."""
MAX_MARKS = 300_000
"""Commas and line ends of a reply: millions of empty values or events would take seconds and a
hundred megabytes to read. 4 MiB of a chat's chunks have 190,000, of bare model ids 250,000."""
_MARKS = (b",", b"\n", b"\r")
_GZIP_OR_ZLIB = 47
"""zlib's window bits for either wrapper, found by itself."""


class Body:
    """One body, in as many pieces as there were reads that brought some of it.

    Args:
        encoding: The reply's `Content-Encoding`.
    """

    def __init__(self, encoding: str) -> None:
        self.stamps: list[float] = []
        """When each piece was read, perf_counter seconds."""
        self._pieces: list[list[bytes]] = []
        self._parts = self._marks = 0
        self._room = MAX_DECODED
        self._encoding = encoding.strip().lower()
        compressed = self._encoding in {"gzip", "deflate", "x-gzip"}
        self._inflate = zlib.decompressobj(_GZIP_OR_ZLIB) if compressed else None

    def add(self, data: bytes, stamp: float) -> None:
        """Take a part that came with the read of that stamp.

        Raises:
            PathError: The body is too large, or of too many parts, or compressed in a way that was
                not asked for.
        """
        if self._inflate is not None:
            try:
                data = self._inflate.decompress(data, self._room + 1)
            except zlib.error:
                raise PathError(PROTOCOL, "the body is no valid gzip") from None
        elif self._encoding not in {"", "identity"}:
            words = f"encoded as {self._encoding[:20]}, which was not asked for"
            raise PathError(PROTOCOL, words)
        self._room -= len(data)
        if self._room < 0:
            raise PathError(TOO_LARGE, "the reply is larger than 4 MiB")
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise PathError(TOO_LARGE, f"the reply comes in more than {MAX_PARTS:,} chunks")
        self._marks += sum(data.count(mark) for mark in _MARKS)
        if self._marks > MAX_MARKS:
            raise PathError(TOO_LARGE, f"the reply has more than {MAX_MARKS:,} lines and values")
        if self.stamps and self.stamps[-1] == stamp:
            self._pieces[-1].append(data)
        else:
            self.stamps.append(stamp)
            self._pieces.append([data])

    @property
    def size(self) -> int:
        """Bytes so far, decoded."""
        return MAX_DECODED - self._room

    def pieces(self) -> list[bytes]:
        """Return the body so far, one piece for each of `stamps`."""
        return [parts[0] if len(parts) == 1 else b"".join(parts) for parts in self._pieces]
