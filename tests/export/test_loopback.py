"""What only this machine reaches, and the warning where others do."""

import socket

import pytest

from relaytop.export.address import Address, listen
from relaytop.export.loopback import exposed_address, is_loopback


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("169.254.1.1", False),
        ("::ffff:10.0.0.1", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_an_address_of_this_machine_alone(host: str, ours: object) -> None:
    assert is_loopback(host) is ours


def test_what_others_reach() -> None:
    for host in ("127.0.0.1", "localhost"):
        with listen(Address(host, 0), "--listen") as found:
            assert exposed_address(found) is None
    with socket.create_server(("0.0.0.0", 0)) as found:
        assert exposed_address(found) == Address("0.0.0.0", found.getsockname()[1])
