import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.probe.body import MAX_DECODED, MAX_PARTS, Body
from relaytop.probe.errors import PathError

PARTS = st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.integers(0, 3)), max_size=30)


@given(PARTS)
def test_what_one_read_brought_is_one_piece(parts: list[tuple[bytes, int]]) -> None:
    parts = sorted(parts, key=lambda part: part[1])
    body = Body("")
    for data, stamp in parts:
        body.add(data, float(stamp))
    assert b"".join(body.pieces()) == b"".join(data for data, _ in parts)
    assert body.stamps == sorted({float(stamp) for _, stamp in parts})
    assert len(body.pieces()) == len(body.stamps)


@given(st.binary(max_size=3000), st.integers(1, 50))
def test_gzip_however_it_is_cut(data: bytes, size: int) -> None:
    packed, body = gzip.compress(data), Body(" GZIP ")
    for start in range(0, len(packed), size):
        body.add(packed[start : start + size], float(start))
    assert b"".join(body.pieces()) == data


@given(st.sampled_from(["gzip", "deflate", "br", "", "zstd"]), st.lists(st.binary(), max_size=8))
def test_anything_is_read_or_refused(encoding: str, parts: list[bytes]) -> None:
    body = Body(encoding)
    try:
        for data in parts:
            body.add(data, 0.0)
    except PathError as error:
        assert error.error_class == "protocol"  # noqa: PT017 - it need not be raised


def test_bounds() -> None:
    body = Body("")
    body.add(bytes(MAX_DECODED), 0.0)
    with pytest.raises(PathError, match="4 MiB"):
        body.add(b"x", 0.0)
    body = Body("")
    for _ in range(MAX_PARTS):
        body.add(b"x", 0.0)
    with pytest.raises(PathError, match="chunks"):
        body.add(b"x", 0.0)
