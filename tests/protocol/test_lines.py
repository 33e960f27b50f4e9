"""A stream in pieces becomes lines, and none of them is endless."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.protocol.codec import BadMessageError
from relaytop.protocol.lines import LineBuffer

lines = st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=8)


@given(lines, st.lists(st.integers(0, 200), max_size=10))
def test_the_same_lines_come_of_any_pieces(whole: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(line + b"\n" for line in whole)
    places = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    buffer = LineBuffer(20)
    found: list[bytes] = []
    for start, end in itertools.pairwise(places):
        found += buffer.feed(stream[start:end])
    assert found == whole


@pytest.mark.parametrize("pieces", [[b"x" * 21], [b"x" * 11, b"x" * 10], [b"\n" + b"x" * 21]])
def test_a_line_that_is_too_long_is_refused_before_its_end(pieces: list[bytes]) -> None:
    buffer = LineBuffer(20)
    *first, last = pieces
    for piece in first:
        assert buffer.feed(piece) == []
    with pytest.raises(BadMessageError, match="a line of more than 20 bytes"):
        buffer.feed(last)
