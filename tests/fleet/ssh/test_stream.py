"""The bytes of a host, read: whatever they are, the end is a message or a sentence."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.fleet.ssh.protocol import Hello, HistoryEnd, Watched
from relaytop.fleet.ssh.stream import HostStream
from relaytop.protocol.codec import BadMessageError, encode
from relaytop.protocol.messages import Notice
from tests.fleet.ssh.remotes import Remote

GREETING = Remote("relay/m", "relay/n").greeting()
LIVE = encode(Notice("info", "hello"))


def kinds(stream: HostStream, data: bytes) -> list[str]:
    return [type(message).__name__ for message in stream.feed(data)]


def sentence_of(stream: HostStream, *pieces: bytes) -> str:
    """Return why a host is not to be understood; empty where it is."""
    try:
        for piece in pieces:
            kinds(stream, piece)
    except BadMessageError as error:
        return str(error)
    return ""


def test_a_banner_before_it_is_passed_over() -> None:
    stream = HostStream()
    assert kinds(stream, b"Welcome\n\n" + b"Last login: now" + GREETING + LIVE) == [
        "Hello", "Watched", "MonitorHandover", "TargetHandover", "TargetHandover", "HistoryEnd",
        "Notice",
    ]  # fmt: skip
    assert stream.live


def test_a_full_history_comes_in_the_piece_of_the_first_line() -> None:
    """A target's samples are a line that is longer than any banner may be."""
    remote = Remote(history=4000)
    for _ in range(4000):
        remote.probe(told=False)
    assert kinds(HostStream(), remote.greeting())[-1] == "HistoryEnd"


@given(st.integers(1, 200))
def test_pieces_of_any_size_are_the_same_messages(size: int) -> None:
    stream, found, data = HostStream(), [], GREETING + LIVE
    for start in range(0, len(data), size):
        found += kinds(stream, data[start : start + size])
    assert len(found) == 7


@given(st.integers(0, len(GREETING) - 1), st.binary(min_size=1, max_size=6))
def test_any_damage_ends_in_a_sentence_or_goes_unnoticed(at: int, piece: bytes) -> None:
    damaged = GREETING[:at] + piece + GREETING[at + len(piece) :] + LIVE
    assert sentence_of(HostStream(), damaged).isprintable()


@given(st.binary(max_size=300))
def test_any_bytes_before_the_first_message_harm_nothing(data: bytes) -> None:
    assert sentence_of(HostStream(), data).isprintable()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([HistoryEnd()], "did not say what it watches"),
        ([Watched(targets=(), history=10), Watched(targets=(), history=10)], "twice"),
        ([Watched(targets=(), history=0)], "its size"),
    ],
)
def test_what_is_out_of_order_is_told(lines: list[HistoryEnd | Watched], sentence: str) -> None:
    stream = HostStream()
    hello = Hello(protocol=1, relaytop="1", pid=1, now=0.0, clock_offset_s=0.0)
    with pytest.raises(BadMessageError, match=sentence):
        kinds(stream, b"".join(map(encode, [hello, *lines])))


def test_what_never_ends_is_bounded() -> None:
    noise = random.Random(1)
    stream = HostStream()
    kinds(stream, GREETING[: GREETING.index(b'{"":"HistoryEnd"')])
    pieces = [encode(Notice("info", noise.randbytes(400_000).hex()))] * 200
    assert "too much before its history was complete" in sentence_of(stream, *pieces)


def test_an_endless_line_is_bounded() -> None:
    stream = HostStream()
    kinds(stream, GREETING)
    assert "a line of more than" in sentence_of(stream, *[b"x" * 100_000] * 100)
