import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.probe.errors import ProbeError
from relaytop.probe.reply_body import MAX_DECODED, MAX_PARTS, ReplyBody

PARTS = st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.integers(0, 3)), max_size=30)


@given(PARTS)
def test_what_one_read_brought_is_one_piece(parts: list[tuple[bytes, int]]) -> None:
    parts = sorted(parts, key=lambda part: part[1])
    body = ReplyBody("")
    for data, stamp in parts:
        body.append(data, float(stamp))
    assert b"".join(body.pieces()) == b"".join(data for data, _ in parts)
    assert body.stamps == sorted({float(stamp) for _, stamp in parts})
    assert len(body.pieces()) == len(body.stamps)


@given(st.binary(max_size=3000), st.integers(1, 50))
def test_gzip_however_it_is_cut(data: bytes, size: int) -> None:
    packed, body = gzip.compress(data), ReplyBody(" GZIP ")
    for start in range(0, len(packed), size):
        body.append(packed[start : start + size], float(start))
    assert b"".join(body.pieces()) == data


@given(st.sampled_from(["gzip", "deflate", "br", "", "zstd"]), st.lists(st.binary(), max_size=8))
def test_anything_is_read_or_refused(encoding: str, parts: list[bytes]) -> None:
    body, refused = ReplyBody(encoding), None
    try:
        for data in parts:
            body.append(data, 0.0)
    except ProbeError as error:
        refused = error.error_class
    assert refused in {None, "protocol"}


def test_bounds() -> None:
    body = ReplyBody("")
    body.append(bytes(MAX_DECODED), 0.0)
    with pytest.raises(ProbeError, match="4 MiB"):
        body.append(b"x", 0.0)
    body = ReplyBody("")
    for _ in range(MAX_PARTS):
        body.append(b"x", 0.0)
    with pytest.raises(ProbeError, match="chunks"):
        body.append(b"x", 0.0)
