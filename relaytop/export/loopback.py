"""Loopback: whether a host is only this machine's, and what to say where one is not."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from relaytop.export.address import Address

if TYPE_CHECKING:
    import socket

_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^\s:\[\]/@]+))(?::\d{0,5})?")


def host_in(header: str) -> str | None:
    """Return the host that a Host header names, in lower case; None where it is malformed."""
    match = _HOST.fullmatch(header)
    return None if match is None else (match["six"] or match["host"]).lower().removesuffix(".")


def is_loopback(host: str) -> bool:
    """Return whether a host is an address that only this machine reaches; no name is looked up."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (inner or address).is_loopback


def exposed_address(listening: socket.socket) -> Address | None:
    """Return where others than this machine reach a listening socket; None where they do not."""
    host, port = listening.getsockname()[:2]
    return None if is_loopback(host) else Address(host, port)
