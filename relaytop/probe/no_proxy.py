"""NO_PROXY as curl reads it: names and their subdomains, addresses and networks."""

from __future__ import annotations

import ipaddress
import re

_SEPARATOR = re.compile(r"[,\s]+")
_WITH_PORT = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]+):(?P<port>\d+)")
EVERY_HOST = "*"


def bypasses_proxy(host: str, port: int | None, no_proxy: str) -> bool:
    """Return whether NO_PROXY names a host, so that it is reached directly.

    Args:
        host: A name or an address, an IPv6 one with or without brackets.
        port: Of the request.
        no_proxy: Entries with commas or blanks between them. `example.com`, `.example.com` and
            `*.example.com` are that name and all below it, in any case; an address is itself, also
            as `[::1]`; `10.0.0.0/8` and `fd00::/8` are networks; `host:port` holds for that port
            alone; `*` is every host. An entry of another form names nothing.
    """
    name = _bare(host)
    entries = [entry for entry in _SEPARATOR.split(no_proxy) if entry]
    return bool(name) and any(_names(entry, name, port) for entry in entries)


def _names(entry: str, name: str, port: int | None) -> bool:
    if entry == EVERY_HOST:
        return True
    found = _WITH_PORT.fullmatch(entry)
    if found is not None:
        if int(found["port"]) != port:
            return False
        entry = found["host"]
    pattern = _bare(entry)
    address = _address(name)
    if address is not None:
        network = _network(pattern)
        return network is not None and address in network
    pattern = pattern.removeprefix("*").removeprefix(".")
    return bool(pattern) and (name == pattern or name.endswith(f".{pattern}"))


def _bare(host: str) -> str:
    """Return a host in lower case, without brackets, zone and the root's dot."""
    host = re.sub(r"[\[\]]", "", host).lower()
    return re.sub(r"%[^/]*", "", host).removesuffix(".")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
