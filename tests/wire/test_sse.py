from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.wire.sse import Decoder, Event, LineTooLongError

STREAM = (
    b"\xef\xbb\xbf: OPENROUTER PROCESSING\r\n\r\n"
    b'data: {"a": 1}\n\n'
    b": keep-alive\n\n"
    b"data:\n\n"
    b"event: error\rdata: one\rdata: tw\xc3\xb6\r\r"
    b"id: 7\ndata:no space\n\n"
    b"data: last, without its blank line"
)
EVENTS = [
    Event("", '{"a": 1}'),
    Event("error", "one\ntwö"),
    Event("", "no space"),
    Event("", "last, without its blank line"),
]


def decoded(chunks: list[bytes]) -> list[Event]:
    return decoded_by(Decoder(), chunks)


def decoded_by(decoder: Decoder, chunks: list[bytes]) -> list[Event]:
    found = [event for chunk in chunks for event in decoder.feed(chunk)]
    return found + decoder.close()


def test_every_split_into_two_chunks_gives_the_same_events() -> None:
    for at in range(len(STREAM) + 1):
        assert decoded([STREAM[:at], STREAM[at:]]) == EVENTS, at


def test_byte_by_byte_gives_the_same_events() -> None:
    assert decoded([bytes([byte]) for byte in STREAM]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_every_split_into_chunks_gives_the_same_events(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    assert decoded([STREAM[a:b] for a, b in pairwise(edges)]) == EVENTS


@given(st.text(alphabet="\r\n:dat x", max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_how_a_stream_is_cut_never_matters(text: str, cuts: list[int]) -> None:
    stream = text.replace("d", "data:x").encode()
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    assert decoded([stream[a:b] for a, b in pairwise(edges)]) == decoded([stream])


def test_a_crlf_cut_in_two_does_not_swallow_the_blank_line_after_it() -> None:
    chunks = [b"data: x\r", b"\n", b"", b"\n", b"data: y\n\n"]
    assert decoded(chunks) == [Event("", "x"), Event("", "y")]


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_nothing_but_a_long_line_is_refused(chunks: list[bytes]) -> None:
    decoded(chunks)


def test_an_endless_line_is_refused_wherever_it_is_cut() -> None:
    for size in (1, 7, 64, 1000):
        decoder = Decoder(max_line=100)
        with pytest.raises(LineTooLongError):
            decoded_by(decoder, [b"x" * size] * (200 // size + 2))


def test_the_bound_is_per_line() -> None:
    assert len(decoded_by(Decoder(max_line=12), [b"data: 123456\n\n" * 50])) == 50
    with pytest.raises(LineTooLongError):
        Decoder(max_line=12).feed(b"data: 1234567\n\n")


def test_bytes_that_are_no_utf8_are_replaced() -> None:
    assert decoded([b"data: \xff\xfe\n\n"]) == [Event("", "\ufffd\ufffd")]


def test_only_cr_and_lf_end_a_line() -> None:
    assert decoded(["data: a\u2028b\x0bc\x85d\n\n".encode()]) == [Event("", "a\u2028b\x0bc\x85d")]
