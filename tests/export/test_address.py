"""Addresses as people write them, and the sentence where one cannot be had."""

import socket

import pytest

from relaytop.config.errors import RelaytopError
from relaytop.export.address import Address, listen, parse_address, url_of


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:9464", "127.0.0.1", 9464),
        ("localhost:0", "localhost", 0),
        ("[::1]:80", "::1", 80),
        ("0.0.0.0:65535", "0.0.0.0", 65535),
    ],
)
def test_what_is_an_address(text: str, host: str, port: int) -> None:
    assert parse_address(text) == Address(host, port)
    assert str(parse_address(text)) == text


@pytest.mark.parametrize(
    "text", ["", "9464", ":9464", "127.0.0.1", "::1:9464", "a:65536", "http://a:1", "a:1/x", "a:b"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it as 127\.0\.0\.1:9464"):
        parse_address(text)


def test_a_free_port_is_told() -> None:
    with listen(Address("127.0.0.1", 0), "--listen") as found:
        assert url_of(found) == f"http://127.0.0.1:{found.getsockname()[1]}"


def test_an_address_in_use_and_one_of_another_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RelaytopError, match=rf"--listen 127\.0\.0\.1:{port}: address already"):
            listen(Address("127.0.0.1", port), "--listen")
    with pytest.raises(RelaytopError, match=r"--prometheus 192\.0\.2\.1:0: cannot assign"):
        listen(Address("192.0.2.1", 0), "--prometheus")
