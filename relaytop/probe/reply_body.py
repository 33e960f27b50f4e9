"""A reply's body, bounded, with the stamps of the reads that brought it."""

from __future__ import annotations

import zlib

from relaytop.probe.errors import PROTOCOL, TOO_LARGE, ProbeError

MAX_DECODED = 4 * 1024 * 1024
MAX_PARTS = 20_000
"""Chunks of a reply: millions of one byte each would keep the loop from other targets' replies."""
MAX_SEPARATORS = 300_000
"""Commas and line ends of a reply: millions of empty values or events would take seconds and a
hundred megabytes to read. 4 MiB of a chat's chunks have 190,000, of bare model ids 250,000."""
_SEPARATORS = (b",", b"\n", b"\r")
_GZIP_OR_ZLIB = 47
"""zlib's window bits for either wrapper, found by itself."""
_INFLATED = frozenset({"gzip", "x-gzip", "deflate"})
_REFUSED = frozenset(
    {
        "br",
        "brotli",
        "zstd",
        "zstandard",
        "compress",
        "x-compress",
        "bzip2",
        "x-bzip2",
        "bz2",
        "lzma",
        "xz",
        "x-xz",
        "lz4",
        "lzip",
        "snappy",
        "sdch",
        "dcb",
        "dcz",
        "exi",
        "pack200-gzip",
        "aes128gcm",
    }
)
"""Codings that change a body and were not asked for. Any other word, as `none` or `utf-8`, is a
server's mistake for no coding."""
MAX_HEADER = 1000
"""Characters read of the header."""
MAX_CODINGS = 4
"""More layers of compression than that are an attack."""


class ReplyBody:
    """The body of one reply: a piece and a stamp for each read that brought some of it.

    Args:
        encoding: The reply's `Content-Encoding`, a list of codings.
    """

    def __init__(self, encoding: str) -> None:
        self.stamps: list[float] = []
        """The moment when each piece was read, perf_counter seconds."""
        self.early_s: list[float] = []
        """By how much the first byte of each may have come earlier."""
        self._pieces: list[list[bytes]] = []
        self._parts = self._separators = 0
        self._remaining = MAX_DECODED
        parts = (part.partition(";")[0] for part in encoding[:MAX_HEADER].split(","))
        words = [part.strip(" \t\"'").lower() for part in parts]
        codings = [word for word in words if word in _INFLATED | _REFUSED]
        self._refused = next((word for word in codings if word in _REFUSED), None)
        if len(codings) > MAX_CODINGS:
            self._refused = "too many layers"
        self._inflaters = [zlib.decompressobj(_GZIP_OR_ZLIB) for _ in codings[:MAX_CODINGS]]

    def append(self, data: bytes, stamp: float, early_s: float = 0.0) -> None:
        """Append a part that came with the read of that stamp.

        Raises:
            ProbeError: The body is too large, or of too many parts, or compressed in a way that was
                not asked for.
        """
        if self._refused is not None:
            words = f"encoded as {self._refused}, which was not asked for"
            raise ProbeError(PROTOCOL, words)
        for inflate in self._inflaters:
            try:
                data = inflate.decompress(data, self._remaining + 1)
            except zlib.error:
                raise ProbeError(PROTOCOL, "the body is not valid gzip") from None
            if inflate.unconsumed_tail:
                # Short of the bound in the next layer, what is left over would be lost.
                raise ProbeError(TOO_LARGE, "the reply is larger than 4 MiB")
        self._remaining -= len(data)
        if self._remaining < 0:
            raise ProbeError(TOO_LARGE, "the reply is larger than 4 MiB")
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise ProbeError(TOO_LARGE, f"the reply has more than {MAX_PARTS:,} chunks")
        self._separators += sum(data.count(each) for each in _SEPARATORS)
        if self._separators > MAX_SEPARATORS:
            message = f"the reply has more than {MAX_SEPARATORS:,} lines and values"
            raise ProbeError(TOO_LARGE, message)
        if self.stamps and self.stamps[-1] == stamp:
            self._pieces[-1].append(data)
        else:
            self.stamps.append(stamp)
            self.early_s.append(early_s)
            self._pieces.append([data])

    @property
    def size(self) -> int:
        """Bytes so far, decoded."""
        return MAX_DECODED - self._remaining

    def pieces(self) -> list[bytes]:
        """Return the body so far, one piece for each of `stamps`."""
        return [parts[0] if len(parts) == 1 else b"".join(parts) for parts in self._pieces]
