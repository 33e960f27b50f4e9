"""From a host's name to a connected socket, each step timed."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from dataclasses import dataclass
from itertools import zip_longest
from time import perf_counter
from typing import TYPE_CHECKING, Any

from relaytop.probe.errors import CONNECT, DNS, PathError

if TYPE_CHECKING:
    from collections.abc import Sequence

STAGGER_S = 0.25
"""How long an address may be silent before the next one is tried beside it (RFC 8305)."""
MAX_ADDRESSES = 8

Address = tuple[Any, ...]
"""As `getaddrinfo` gives them."""


@dataclass(slots=True)
class Connecting:
    """How long making one connection took, in milliseconds; None: the phase did not occur."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    """Until one address answered, the time lost with others before it included."""
    tls_ms: float | None = None


async def resolved(host: str, port: int, phases: Connecting) -> list[Address]:
    """Return the addresses of a host; a literal address needs no resolution.

    Raises:
        PathError: The name does not resolve.
    """
    literal = host.strip("[]")
    try:
        version = ipaddress.ip_address(literal).version
    except ValueError:
        pass
    else:
        family = socket.AF_INET if version == 4 else socket.AF_INET6  # noqa: PLR2004 - IPv4
        return [(family, socket.SOCK_STREAM, 0, "", (literal, port))]
    loop = asyncio.get_running_loop()
    try:
        found, phases.dns_ms = await loop.run_in_executor(None, _look_up, host, port)
    except (OSError, UnicodeError) as error:
        words = getattr(error, "strerror", None) or "not a host name"
        raise PathError(DNS, f"{host}: {words}") from None
    return found


def _look_up(host: str, port: int) -> tuple[list[Address], float]:
    # Timed in the thread: waiting for a free thread, or for the loop, is not the resolver's.
    began = perf_counter()
    found: list[Address] = [*socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    return found, (perf_counter() - began) * 1000


async def connected(addresses: Sequence[Address], phases: Connecting) -> socket.socket:
    """Connect to the first address that answers; the families take turns.

    Raises:
        PathError: None does.
    """
    began = perf_counter()
    if len(addresses) == 1:
        try:
            winner = await _connect(addresses[0])
        except OSError as error:
            raise PathError(CONNECT, _words(error)) from None
    else:
        winner = await _race(_alternating(addresses)[:MAX_ADDRESSES])
    phases.connect_ms = (perf_counter() - began) * 1000
    return winner


def _alternating(addresses: Sequence[Address]) -> list[Address]:
    preferred = [one for one in addresses if one[0] == addresses[0][0]]
    others = [one for one in addresses if one[0] != addresses[0][0]]
    return [one for pair in zip_longest(preferred, others) for one in pair if one is not None]


async def _race(addresses: Sequence[Address]) -> socket.socket:
    waiting = list(addresses)
    running: dict[asyncio.Task[socket.socket], None] = {}
    reason = "no address"
    try:
        while waiting or running:
            if waiting:
                running[asyncio.ensure_future(_connect(waiting.pop(0)))] = None
            timeout_s = STAGGER_S if waiting else None
            await asyncio.wait(running, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in running if task.done()]:
                del running[task]
                error = task.exception()
                if error is None:
                    return task.result()
                if not isinstance(error, OSError):
                    raise error
                reason = _words(error)
    finally:
        for task in running:
            task.add_done_callback(_close_late)
            task.cancel()
    raise PathError(CONNECT, reason)


def _close_late(task: asyncio.Task[socket.socket]) -> None:
    """Close what a losing address brought after all."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def _connect(address: Address) -> socket.socket:
    family, kind, protocol, _name, where = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)  # noqa: FBT003 - the standard library's signature
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, where)
    except BaseException:
        sock.close()
        raise
    return sock


def _words(error: OSError) -> str:
    # asyncio puts "Connect call failed" and the address where the reason was.
    return os.strerror(error.errno) if error.errno else str(error) or type(error).__name__
