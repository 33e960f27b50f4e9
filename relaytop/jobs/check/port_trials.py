"""Trials of a port, without a key: what it speaks where a request failed."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import re
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.probe.connect import ConnectTimings, connect_first, resolve
from relaytop.probe.errors import ProbeError
from relaytop.probe.models_request import request_models
from relaytop.probe.proxies import DEFAULT_PORTS
from relaytop.probe.transport_settings import transport_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from relaytop.config.settings import Provider
    from relaytop.probe.transport_settings import TransportSettings

TRIAL_TIMEOUT_S = 5.0
_HTTP1, _HTTP2 = "http/1.1", "h2"
_PLAIN_BYTES, _PLAIN_TIMEOUT_S = 4096, 1.0
"""Of an answer to a plain request, which a server may end by closing or not."""
_WANTS_TLS = re.compile(rb" 400 .*(?:https|ssl|tls)", re.IGNORECASE | re.DOTALL)
"""Answers of servers to a plain request on a port of TLS."""
_OLD_VERSIONS = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0"
"""HTTP/2's first bytes and an empty SETTINGS frame."""
_FRAME_HEAD_BYTES, _FRAME_TYPE_AT, _SETTINGS_FRAME = 9, 3, 4
_FAILURES = (OSError, ssl.SSLError, ProbeError, TimeoutError, asyncio.IncompleteReadError)


async def is_only_strictness(provider: Provider, transport: TransportSettings) -> bool:
    """Return whether a certificate that was refused verifies by the rules before Python 3.13."""
    contexts = (transport.context, transport.proxy_context)
    if not any(one is not None and one.verify_flags & ssl.VERIFY_X509_STRICT for one in contexts):
        return False
    lenient = dataclasses.replace(provider, tls_strict=False, key=None, headers={})
    response = await request_models(lenient, transport_settings(lenient))
    return response.tls_version is not None or response.status is not None


async def speaks_only_http2(provider: Provider) -> bool:
    """Return whether a TLS server takes HTTP/2 and not HTTP/1.1; False where it cannot be known."""
    both = await _protocol_agreed(provider, [_HTTP2, _HTTP1])
    return both == _HTTP2 and await _protocol_agreed(provider, [_HTTP1]) != _HTTP1


async def speaks_http2_without_tls(provider: Provider) -> bool:
    """Return whether a server answers the beginning of HTTP/2 on a plain connection."""
    with contextlib.suppress(*_FAILURES):
        async with _connected(provider) as (reader, writer):
            writer.write(_PREFACE)
            head = await reader.readexactly(_FRAME_HEAD_BYTES)
            return head[_FRAME_TYPE_AT] == _SETTINGS_FRAME
    return False


async def speaks_plain_http(provider: Provider) -> bool:
    """Return whether a port that should speak TLS answers a plain HTTP request."""
    with contextlib.suppress(*_FAILURES):
        async with _connected(provider) as (reader, writer):
            writer.write(_plain_request(provider))
            reply = b""
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PLAIN_TIMEOUT_S):
                    while len(reply) < _PLAIN_BYTES and (more := await reader.read(_PLAIN_BYTES)):
                        reply += more
            return reply.startswith(b"HTTP/") and not _WANTS_TLS.search(reply)
    return False


async def speaks_tls(provider: Provider) -> bool:
    """Return whether a port does a TLS handshake."""
    with contextlib.suppress(*_FAILURES):
        async with _connected(provider, _unverified_context()):
            return True
    return False


async def alert_after_handshake(provider: Provider) -> str | None:
    """Return the alert that ends a connection once it is asked something; None for none.

    In TLS 1.3 a server says only then that it wants a certificate of the client.
    """
    try:
        async with _connected(provider, _unverified_context()) as (reader, writer):
            writer.write(_plain_request(provider))
            await reader.read(1)
    except ssl.SSLError as error:
        return error.reason
    except _FAILURES:
        pass
    return None


async def old_tls_version(provider: Provider) -> str | None:
    """Return the version of TLS that a server chooses, where it is too old for this machine."""
    context = _unverified_context()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    with contextlib.suppress(*_FAILURES):
        async with _connected(provider, context) as (_reader, writer):
            version: str | None = writer.get_extra_info("ssl_object").version()
            return version if version in _OLD_VERSIONS else None
    return None


def _unverified_context() -> ssl.SSLContext:
    """Return a context for a trial: nothing is sent by it, so any certificate will do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _plain_request(provider: Provider) -> bytes:
    return f"GET / HTTP/1.0\r\nHost: {urlsplit(provider.base_url).netloc}\r\n\r\n".encode()


async def _protocol_agreed(provider: Provider, offer: list[str]) -> str | None:
    """Return the protocol that a TLS server chooses of an offer; None for none."""
    context = _unverified_context()
    context.set_alpn_protocols(offer)
    with contextlib.suppress(*_FAILURES):
        async with _connected(provider, context) as (_reader, writer):
            agreed: str | None = writer.get_extra_info("ssl_object").selected_alpn_protocol()
            return agreed
    return None


@contextlib.asynccontextmanager
async def _connected(
    provider: Provider, context: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect to a provider directly; end the trial after `TRIAL_TIMEOUT_S`."""
    parts = urlsplit(provider.base_url)
    host, port = parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
    async with asyncio.timeout(TRIAL_TIMEOUT_S):
        timings = ConnectTimings()
        sock = await connect_first(await resolve(host, port, timings), timings)
        try:
            reader, writer = await asyncio.open_connection(
                sock=sock, ssl=context, server_hostname=host if context is not None else None
            )
        except BaseException:
            sock.close()
            raise
        try:
            yield reader, writer
        finally:
            writer.transport.abort()
