"""Name resolution and connecting, each step timed."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from dataclasses import dataclass
from itertools import zip_longest
from time import perf_counter
from typing import TYPE_CHECKING, Any

from relaytop.probe.errors import CONNECT, DNS, ProbeError

if TYPE_CHECKING:
    from collections.abc import Sequence

STAGGER_S = 0.25
"""Silence of an address after which the next one is tried beside it (RFC 8305)."""
MAX_ADDRESSES = 8
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}

Address = tuple[Any, ...]
"""A result of `getaddrinfo`."""


@dataclass(slots=True)
class ConnectTimings:
    """Durations of making one connection, in milliseconds; None: the phase did not occur."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    """Until one address answered, including the time lost with others before it."""
    tls_ms: float | None = None


async def resolve(host: str, port: int, timings: ConnectTimings) -> list[Address]:
    """Return the addresses of a host; a literal address needs no resolution.

    Raises:
        ProbeError: The name does not resolve.
    """
    literal = host.strip("[]")
    try:
        version = ipaddress.ip_address(literal).version
    except ValueError:
        pass
    else:
        return [(_FAMILIES[version], socket.SOCK_STREAM, 0, "", (literal, port))]
    loop = asyncio.get_running_loop()
    try:
        found, timings.dns_ms = await loop.run_in_executor(None, _look_up, host, port)
    except (OSError, UnicodeError) as error:
        message = getattr(error, "strerror", None) or "not a host name"
        raise ProbeError(DNS, f"{host}: {message}") from None
    return found


def _look_up(host: str, port: int) -> tuple[list[Address], float]:
    # Timed in the thread: waiting for a free thread, or for the loop, is not the resolver's.
    began = perf_counter()
    found: list[Address] = [*socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    return found, (perf_counter() - began) * 1000


async def connect_first(addresses: Sequence[Address], timings: ConnectTimings) -> socket.socket:
    """Connect to the first address that answers (Happy Eyeballs: families alternate, staggered).

    Raises:
        ProbeError: No address answers.
    """
    began = perf_counter()
    if len(addresses) == 1:
        try:
            winner = await _connect(addresses[0])
        except OSError as error:
            raise ProbeError(CONNECT, _reason(error)) from None
    else:
        winner = await _connect_staggered(_interleave_families(addresses)[:MAX_ADDRESSES])
    timings.connect_ms = (perf_counter() - began) * 1000
    return winner


def _interleave_families(addresses: Sequence[Address]) -> list[Address]:
    preferred = [one for one in addresses if one[0] == addresses[0][0]]
    others = [one for one in addresses if one[0] != addresses[0][0]]
    return [one for pair in zip_longest(preferred, others) for one in pair if one is not None]


async def _connect_staggered(addresses: Sequence[Address]) -> socket.socket:
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
                reason = _reason(error)
    finally:
        for task in running:
            task.add_done_callback(_close_late)
            task.cancel()
    raise ProbeError(CONNECT, reason)


def _close_late(task: asyncio.Task[socket.socket]) -> None:
    """Close the socket of an address that answered after another one."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def _connect(address: Address) -> socket.socket:
    family, kind, protocol, _name, where = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, where)
    except BaseException:
        sock.close()
        raise
    return sock


def _reason(error: OSError) -> str:
    # asyncio puts "Connect call failed" and the address where the reason was.
    return os.strerror(error.errno) if error.errno else str(error) or type(error).__name__
