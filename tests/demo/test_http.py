"""Requests are read however they arrive, and nonsense is refused in words."""

import socket
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.demo.http import BODY_BYTES, BadRequestError, Reader, Request

POST = (
    b"POST /v1/chat/completions?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nping"
    b"GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n"
)


def read(pieces: Iterable[bytes]) -> list[Request]:
    """Read all requests out of what a client sends and then closes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        reader = Reader(ours)
        for piece in pieces:
            theirs.sendall(piece)
        theirs.shutdown(socket.SHUT_WR)
        found = []
        while (request := reader.next()) is not None:
            found.append(request)
        return found


@given(st.lists(st.integers(0, len(POST)), max_size=8))
def test_requests_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(POST)]
    pieces = [POST[a:b] for a, b in pairwise(edges)]
    assert read(pieces) == [
        Request("POST", "/v1/chat/completions", b"ping", keep_alive=True),
        Request("GET", "/v1/models", b"", keep_alive=False),
    ]


@given(st.binary(max_size=300))
def test_nonsense_is_refused_and_never_breaks_the_reader(data: bytes) -> None:
    try:
        read([data])
    except BadRequestError:
        return


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hello\r\n\r\n", "not an HTTP/1.1 request"),
        (b"GET / SPDY/3\r\n\r\n", "not an HTTP/1.1 request"),
        (b"GET / HTTP/1.1\r\nwrong\r\n\r\n", "no colon"),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "invalid content-length"),
        (b"GET / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (BODY_BYTES + 1), "too long"),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "content-length"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, "too long"),
    ],
)
def test_what_is_wrong_with_it_is_said(data: bytes, words: str) -> None:
    with pytest.raises(BadRequestError, match=words):
        read([data])
