"""Connectivity of a provider: proxy, DNS, TCP and TLS, each on its own; no key is sent."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.engine.list_price_process import may_be_listed
from relaytop.jobs.check.certificate import certificate_finding
from relaytop.jobs.check.findings import BAD, Subject
from relaytop.jobs.check.handshake import handshake_finding
from relaytop.jobs.check.proxy import (
    proxy_finding,
    proxy_origin,
    transport_failure,
    without_credentials,
)
from relaytop.probe.connect import ConnectTimings, connect_first, resolve
from relaytop.probe.errors import ProbeError
from relaytop.probe.proxies import DEFAULT_PORTS
from relaytop.probe.stream import StampedStream
from relaytop.probe.transport_settings import transport_settings

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from relaytop.config.settings import Provider
    from relaytop.jobs.check.findings import Finding
    from relaytop.probe.connect import Address
    from relaytop.probe.transport_settings import TransportSettings

STEP_TIMEOUT_S = 10.0
STEPS = ("dns", "tcp", "tls")
SHOWN_ADDRESSES = 2
_REMEDIES = {
    "dns": "check the host name in base_url and this host's DNS resolver",
    "tcp": "check host and port in base_url, the service there and any firewall in between",
}


@dataclass(frozen=True, slots=True)
class Connectivity:
    """The result: whether a provider can be reached, and what was found."""

    transport: TransportSettings | None
    """None where the settings allow no connection."""
    findings: Sequence[Finding]
    skipped: Sequence[str] = ()
    """Steps that were not taken, since one before them failed."""
    reachable: bool = False


async def check_connectivity(provider: Provider, on_step: Callable[[str], None]) -> Connectivity:
    """Resolve, connect and shake hands, until a step fails.

    Behind a proxy, DNS and TCP are the proxy's, and TLS is left to the first request.

    Args:
        provider: What to connect to.
        on_step: Called with each step before it is taken.
    """
    steps = STEPS if provider.base_url.startswith("https:") else STEPS[:-1]
    try:
        transport = transport_settings(provider)
    except ProbeError as error:
        return Connectivity(None, [transport_failure(provider, error)], skipped=steps)
    findings = [proxy_finding(provider, transport.proxy)]
    connection = _Connection(provider, transport)
    try:
        for step in STEPS:
            on_step(step)
            finding = await connection.run(step)
            if finding is None:
                continue
            findings.append(finding)
            if finding.level == BAD:
                return Connectivity(transport, findings, skipped=steps[steps.index(step) + 1 :])
    finally:
        connection.close()
    return Connectivity(transport, findings, reachable=True)


class _Connection:
    """One connection, step by step."""

    def __init__(self, provider: Provider, transport: TransportSettings) -> None:
        self._provider = provider
        self._subject = Subject(provider.name)
        self._transport = transport
        parts = urlsplit(transport.proxy or provider.base_url)
        self._host = parts.hostname or ""
        self._port = parts.port or DEFAULT_PORTS[parts.scheme]
        self._phases = ConnectTimings()
        self._addresses: list[Address] = []
        self._socket: socket.socket | None = None

    async def run(self, step: str) -> Finding | None:
        """Run one step; None where there is nothing to say."""
        try:
            async with asyncio.timeout(STEP_TIMEOUT_S):
                return await {"dns": self._dns, "tcp": self._tcp, "tls": self._tls}[step]()
        except TimeoutError:
            return await self._failure(step, f"no answer within {STEP_TIMEOUT_S:g} s")
        except ProbeError as error:
            return await self._failure(step, str(error))

    async def _dns(self) -> Finding:
        self._addresses = await resolve(self._host, self._port, self._phases)
        found = list(dict.fromkeys(str(address[4][0]) for address in self._addresses))
        if self._phases.dns_ms is None:
            return self._subject.good("dns", f"{found[0]} is an IP address")
        more = len(found) - SHOWN_ADDRESSES
        shown = ", ".join(found[:SHOWN_ADDRESSES]) + (f" and {more} more" if more > 0 else "")
        meaning = f"{self._host} resolves to {shown} ({self._phases.dns_ms:.0f} ms)"
        return self._subject.good("dns", meaning)

    async def _tcp(self) -> Finding:
        self._socket = await connect_first(self._addresses, self._phases)
        port = "the proxy's port" if self._transport.proxy else "port"
        meaning = f"{port} {self._port} is open ({self._phases.connect_ms or 0.0:.0f} ms)"
        return self._subject.good("tcp", meaning)

    async def _tls(self) -> Finding | None:
        base_url = self._provider.base_url
        if not base_url.startswith("https:"):
            if self._provider.key is None or not may_be_listed(base_url):
                return self._subject.good("tls", "not used: plain http")
            meaning = "plain http: the key is sent unencrypted"
            return self._subject.warn("tls", meaning, "write https:// in base_url")
        if self._transport.proxy is not None or self._socket is None:
            return None
        stream = StampedStream(self._socket, self._phases)
        self._socket = None
        try:
            await stream.start_tls(self._transport.context, self._host)
            session = stream.tls
            version = str(session.version() if session else None)
            certificate = session.getpeercert() if session else None
        finally:
            await stream.aclose()
        return certificate_finding(self._subject, certificate, version, time.time())

    async def _failure(self, step: str, message: str) -> Finding:
        if step == "tls":
            return await handshake_finding(self._provider, self._transport, message)
        remedy = _REMEDIES[step]
        if self._transport.proxy is not None:
            message = f"the proxy {without_credentials(self._transport.proxy)}: {message}"
            remedy = f"fix or unset it: {proxy_origin(self._provider)}"
        elif step == "tcp":
            message = f"{self._host} port {self._port}: {message}"
        return self._subject.bad(step, message, remedy)

    def close(self) -> None:
        """Close what is still open."""
        if self._socket is not None:
            self._socket.close()
