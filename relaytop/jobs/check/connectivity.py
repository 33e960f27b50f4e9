"""The way to a provider: proxy, DNS, TCP and TLS, each on its own; no key is sent."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.engine.list_price_process import may_be_listed
from relaytop.jobs.check.certificate import tls_failed, tls_good
from relaytop.jobs.check.findings import BAD, GOOD, WARN, Finding
from relaytop.jobs.check.proxy import named_by, proxy_finding, route_failed, shown
from relaytop.probe.connect import ConnectTimings, connect_first, resolve
from relaytop.probe.errors import ProbeError
from relaytop.probe.stream import StampedStream
from relaytop.probe.transport_settings import transport_settings

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from relaytop.config.settings import Provider
    from relaytop.probe.connect import Address
    from relaytop.probe.transport_settings import TransportSettings

STEP_TIMEOUT_S = 10.0
STEPS = ("dns", "tcp", "tls")
SHOWN_ADDRESSES = 2
_PORTS = {"http": 80, "https": 443}
_REMEDIES = {
    "dns": "check the host in base_url, and this machine's resolver",
    "tcp": "check host and port in base_url, the service there and the firewall between",
}


@dataclass(slots=True)
class Way:
    """How far one came, and what was found."""

    route: TransportSettings | None = None
    """None where the settings give no way."""
    findings: list[Finding] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    """Steps that were not taken, since one before them failed."""
    open: bool = False
    """Whether the provider can be reached."""


async def walk(provider: Provider, doing: Callable[[str], None]) -> Way:
    """Go the way to a provider, step by step, until one fails.

    Where a proxy leads there, DNS and TCP are the proxy's, and TLS is left to the first request.

    Args:
        provider: Where to.
        doing: Told which step is under way.
    """
    way = Way()
    try:
        way.route = transport_settings(provider)
    except ProbeError as error:
        way.findings.append(route_failed(provider, error))
        way.missing = _after(None, provider)
        return way
    way.findings.append(proxy_finding(provider, way.route.proxy))
    walker = _Walker(provider, way.route)
    try:
        for step in STEPS:
            doing(step)
            finding = await walker.take(step)
            if finding is None:
                continue
            way.findings.append(finding)
            if finding.level == BAD:
                way.missing = _after(step, provider)
                return way
    finally:
        walker.close()
    way.open = True
    return way


def _after(step: str | None, provider: Provider) -> tuple[str, ...]:
    """Return the steps that come after one, or all."""
    steps = STEPS if provider.base_url.startswith("https:") else STEPS[:-1]
    return steps if step is None else steps[steps.index(step) + 1 :]


class _Walker:
    def __init__(self, provider: Provider, route: TransportSettings) -> None:
        self._provider = provider
        self._route = route
        parts = urlsplit(route.proxy or provider.base_url)
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._phases = ConnectTimings()
        self._addresses: list[Address] = []
        self._socket: socket.socket | None = None

    async def take(self, step: str) -> Finding | None:
        """Take one step; None where there is nothing to say."""
        try:
            async with asyncio.timeout(STEP_TIMEOUT_S):
                return await {"dns": self._dns, "tcp": self._tcp, "tls": self._tls}[step]()
        except TimeoutError:
            return self._failed(step, f"no answer within {STEP_TIMEOUT_S:g} s")
        except ProbeError as error:
            return self._failed(step, str(error))

    async def _dns(self) -> Finding:
        self._addresses = await resolve(self._host, self._port, self._phases)
        found = list(dict.fromkeys(str(address[4][0]) for address in self._addresses))
        if self._phases.dns_ms is None:
            return self._good("dns", f"{found[0]} is an address itself")
        more = len(found) - SHOWN_ADDRESSES
        words = ", ".join(found[:SHOWN_ADDRESSES]) + (f" and {more} more" if more > 0 else "")
        return self._good("dns", f"{self._host} is {words} ({self._phases.dns_ms:.0f} ms)")

    async def _tcp(self) -> Finding:
        self._socket = await connect_first(self._addresses, self._phases)
        whose = "the proxy's port" if self._route.proxy else "port"
        words = f"{whose} {self._port} answers ({self._phases.connect_ms or 0.0:.0f} ms)"
        return self._good("tcp", words)

    async def _tls(self) -> Finding | None:
        base_url = self._provider.base_url
        if not base_url.startswith("https:"):
            if self._provider.key is None or not may_be_listed(base_url):
                return self._good("tls", "none: plain http")
            words = "plain http: the key travels unencrypted"
            remedy = "write https:// in base_url"
            return Finding(self._provider.name, None, "tls", WARN, words, remedy)
        if self._route.proxy is not None or self._socket is None:
            return None
        loop, sock, self._socket = asyncio.get_running_loop(), self._socket, None
        try:
            _, stream = await loop.create_connection(lambda: StampedStream(self._phases), sock=sock)
        except BaseException:
            sock.close()
            raise
        try:
            await stream.start_tls(self._route.context, self._host)
            version = str(stream.get_extra_info("ssl_object").version())
            certificate = stream.get_extra_info("peercert")
        finally:
            await stream.aclose()
        return tls_good(self._provider.name, certificate, version, time.time())

    def _good(self, step: str, words: str) -> Finding:
        return Finding(self._provider.name, None, step, GOOD, words)

    def _failed(self, step: str, words: str) -> Finding:
        if step == "tls":
            return tls_failed(self._provider.name, words)
        remedy = _REMEDIES[step]
        if self._route.proxy is not None:
            words = f"the proxy {shown(self._route.proxy)}: {words}"
            remedy = f"correct or unset it: {named_by(self._provider, os.environ)}"
        elif step == "tcp":
            words = f"{self._host} port {self._port}: {words}"
        return Finding(self._provider.name, None, step, BAD, words, remedy)

    def close(self) -> None:
        """Close what is still open."""
        if self._socket is not None:
            self._socket.close()
