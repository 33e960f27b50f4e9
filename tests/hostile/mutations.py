"""Bytes that are nearly right: a good document with parts cut, doubled or replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

FRAGMENTS = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    "\u202e\u2028é".encode(),
    b"\x1b]0;owned\x07",
    b"\x9b31m",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"9" * 400,
    b"-1",
    b"0",
    b"null",
    b"true",
    b'"',
    b"'''",
    b"[" * 3000,
    b'{"a":' * 3000,
    b"]",
    b"}",
    b"\n",
    b"\r\n\r\n",
    b"a." * 2000,
    b" " * 3000,
    b"=",
    b"# ",
    b"\\u0000",
    b"\\ud800",
)
"""What breaks readers: of text, numbers, nesting and lines."""


def mutated(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return a strategy for nearly right bytes, and now and then for any at all."""
    change = st.tuples(
        st.floats(0, 1), st.integers(0, 12), st.sampled_from(FRAGMENTS) | st.binary(max_size=8)
    )
    nearly = st.builds(_apply, st.sampled_from(seeds), st.lists(change, max_size=4))
    return nearly | st.binary(max_size=400)


def _apply(seed: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for share, length, fragment in changes:
        at = int(share * len(seed))
        seed = seed[:at] + fragment + seed[at + length :]
    return seed


def in_pieces(data: bytes, lengths: Sequence[int]) -> list[bytes]:
    """Return bytes cut into pieces of these lengths; the last is the rest."""
    pieces = []
    for length in lengths:
        pieces.append(data[:length])
        data = data[length:]
    return [piece for piece in (*pieces, data) if piece]
