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


IDENTITY = ["", "identity", "none", "utf-8", "UTF-8", "null", "text", "binary", "chunked", "8bit"]
REFUSED = ["br", "zstd", "compress", "x-compress", "dcb", "dcz", "identity, br", "br, gzip", "BR"]


@pytest.mark.parametrize("encoding", [*IDENTITY, "identity, identity", "none, utf-8", ",", " , "])
def test_a_word_that_is_no_coding_is_none(encoding: str) -> None:
    body = ReplyBody(encoding)
    body.append(b"data: x", 0.0)
    assert body.pieces() == [b"data: x"]


@pytest.mark.parametrize(
    "encoding",
    [
        "gzip",
        "x-gzip",
        "identity, gzip",
        "gzip, identity",
        "none, GZIP",
        "gzip,utf-8",
        "gzip;q=1",
        '"gzip"',
    ],
)
def test_gzip_in_a_list_of_codings(encoding: str) -> None:
    body = ReplyBody(encoding)
    body.append(gzip.compress(b"pong"), 0.0)
    assert body.pieces() == [b"pong"]


def test_two_layers_of_gzip() -> None:
    body, packed = ReplyBody("gzip, gzip"), gzip.compress(gzip.compress(b"pong" * 1000))
    for start in range(0, len(packed), 7):
        body.append(packed[start : start + 7], 0.0)
    assert b"".join(body.pieces()) == b"pong" * 1000


def test_layers_do_not_multiply_past_the_bound() -> None:
    bomb = gzip.compress(gzip.compress(bytes(64 * MAX_DECODED)))
    with pytest.raises(ProbeError, match="4 MiB"):
        ReplyBody("gzip, gzip").append(bomb, 0.0)
    with pytest.raises(ProbeError, match="many layers"):
        ReplyBody("gzip," * 9).append(b"x", 0.0)


@pytest.mark.parametrize("encoding", REFUSED)
def test_a_coding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(ProbeError, match="not asked for"):
        ReplyBody(encoding).append(b"x", 0.0)


@given(
    st.sampled_from([*IDENTITY, *REFUSED, "gzip", "deflate"]) | st.text(max_size=20),
    st.lists(st.binary(), max_size=8),
)
def test_anything_is_read_or_refused(encoding: str, parts: list[bytes]) -> None:
    body, refused = ReplyBody(encoding), None
    try:
        for data in parts:
            body.append(data, 0.0)
    except ProbeError as error:
        refused = error.error_class
    assert refused in {None, "protocol", "too_large"}


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
