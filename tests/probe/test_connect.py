"""From a name to a connection: addresses that are silent, refused or many."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest

from relaytop.config.settings import Provider, Target
from relaytop.probe.connect import Address, ConnectTimings, connect_first, resolve
from relaytop.probe.errors import ProbeError
from relaytop.probe.prober import Prober


def address(sock: socket.socket) -> Address:
    return (socket.AF_INET, socket.SOCK_STREAM, 0, "", sock.getsockname())


@contextlib.contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


@contextlib.contextmanager
def silent() -> Iterator[socket.socket]:
    """Listen with a backlog that is full: the kernel drops what comes."""
    with socket.socket() as sock, contextlib.ExitStack() as stack:
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.settimeout(0)
            filler.connect_ex(sock.getsockname())
        yield sock


@contextlib.contextmanager
def refusing() -> Iterator[socket.socket]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock


async def test_a_silent_address_is_not_waited_for() -> None:
    with silent() as first, listening() as second:
        phases = ConnectTimings()
        async with asyncio.timeout(60):
            sock = await connect_first([address(first), address(second)], phases)
        assert sock.getpeername() == second.getsockname()
        sock.close()
        await asyncio.sleep(0)  # the loser is cancelled
    assert phases.connect_ms
    assert phases.connect_ms >= 250


async def test_a_refused_address_is_followed_by_the_next() -> None:
    with refusing() as first, listening() as second:
        sock = await connect_first([address(first), address(second)], ConnectTimings())
        assert sock.getpeername() == second.getsockname()
        sock.close()


@pytest.mark.parametrize("count", [1, 2])
async def test_none_answers(count: int) -> None:
    with refusing() as sock, pytest.raises(ProbeError, match="refused") as caught:
        await connect_first([address(sock)] * count, ConnectTimings())
    assert caught.value.error_class == "connect"


async def test_the_deadline_holds_while_connecting() -> None:
    with silent() as sock:
        prober = Prober(Provider(name="p", base_url=f"http://127.0.0.1:{sock.getsockname()[1]}/v1"))
        sample = await prober.probe(Target(provider="p", model="m", timeout_s=0.3), 0.0)
        await prober.aclose()
    assert sample.failure
    assert sample.failure.error_class == "timeout"
    assert "connecting" in sample.failure.message
    assert sample.latency_ms is None


async def test_a_literal_address_is_not_resolved() -> None:
    phases = ConnectTimings()
    for literal, family in (("127.0.0.1", socket.AF_INET), ("[::1]", socket.AF_INET6)):
        (found,) = await resolve(literal, 80, phases)
        assert found[0] == family
    assert phases.dns_ms is None
    assert await resolve("localhost", 80, phases)
    assert phases.dns_ms is not None


@pytest.mark.parametrize("name", ["nonexistent.invalid", "a" * 64 + ".invalid", "x..y"])
async def test_a_name_that_does_not_resolve(name: str) -> None:
    with pytest.raises(ProbeError) as caught:
        await resolve(name, 80, ConnectTimings())
    assert caught.value.error_class == "dns"
