"""Listen addresses: `HOST:PORT` as people write it, and the socket that comes of it."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

from relaytop.config.errors import RelaytopError

_WRITTEN = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^\s:\[\]/]+)):(?P<port>\d{1,5})\Z"
)
MAX_PORT = 65_535
BACKLOG = 16
VALID = "write it as 127.0.0.1:9464 or [::1]:9464"


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port; port 0 takes a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        """Write it as `parse_address` reads it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_address(text: str) -> Address:
    """Return an address.

    Raises:
        ValueError: It is not written as `HOST:PORT`.
    """
    match = _WRITTEN.match(text)
    if match is None or int(match["port"]) > MAX_PORT:
        message = f"{text[:100]!r} is not an address; {VALID}"
        raise ValueError(message)
    return Address(match["six"] or match["host"], int(match["port"]))


def listen(address: Address, option: str) -> socket.socket:
    """Return a socket that listens there.

    Args:
        address: Where; `::` takes IPv4 too where the system can.
        option: The flag that named it, for the sentence.

    Raises:
        RelaytopError: It is in use, or not this machine's.
    """
    six = ":" in address.host
    try:
        return socket.create_server(
            (address.host, address.port),
            family=socket.AF_INET6 if six else socket.AF_INET,
            backlog=BACKLOG,
            dualstack_ipv6=address.host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0].lower()
        sentence = f"{option} {address}: {why}; name another address, or port 0 for a free one"
        raise RelaytopError(sentence) from None


def url_of(listening: socket.socket, scheme: str = "http") -> str:
    """Return the URL under which a listening socket is reached, without a path."""
    host, port = listening.getsockname()[:2]
    return f"{scheme}://{Address(host, port)}"
