"""Finding of a server that speaks another protocol than the base URL says, by trying its port."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relaytop.jobs.check.certificate import HTTP2_REMEDY, handshake_failure
from relaytop.jobs.check.findings import Subject
from relaytop.jobs.check.port_trials import (
    alert_after_handshake,
    speaks_http2_without_tls,
    speaks_only_http2,
    speaks_tls,
)

if TYPE_CHECKING:
    from relaytop.config.settings import Provider
    from relaytop.jobs.check.findings import Finding
    from relaytop.probe.models_request import ModelsResponse
    from relaytop.probe.transport_settings import TransportSettings

_BROKEN_CLASSES = frozenset({"connect", "protocol", "tls", "timeout"})
"""Classes of a request that the server may not have understood."""
_OTHER_VERSION_STATUSES = frozenset({426, 505})
"""Statuses by which a server asks for another version of HTTP."""
_BAD_REQUEST = 400
"""The status with which servers answer plain HTTP on a port of TLS."""
_WANTS_TLS = re.compile("https|ssl|tls", re.IGNORECASE)


async def protocol_finding(
    provider: Provider, transport: TransportSettings, response: ModelsResponse
) -> Finding | None:
    """Return a fault where a request failed by its protocol; None where that is not the cause.

    Args:
        provider: With its base URL.
        transport: How it was reached; behind a proxy nothing is tried.
        response: Of the request for the model list.
    """
    failure = response.failure
    if failure is None or transport.proxy is not None:
        return None
    unread = response.status is None and failure.error_class in _BROKEN_CLASSES
    if provider.base_url.startswith("https:"):
        return await _over_tls(provider, transport, response, unread=unread)
    wants_tls = response.status == _BAD_REQUEST and (
        response.is_web_page or _WANTS_TLS.search(failure.message) is not None
    )
    subject = Subject(provider.name)
    if (unread or wants_tls) and await speaks_tls(provider):
        return subject.bad("models", "the port speaks TLS", "write https:// in base_url")
    if unread and await speaks_http2_without_tls(provider):
        meaning = "the server accepts HTTP/2 only, and without TLS"
        remedy = "relaytop speaks HTTP/2 over TLS only: write https:// and http2 = true"
        return subject.bad("models", meaning, remedy)
    return None


async def _over_tls(
    provider: Provider, transport: TransportSettings, response: ModelsResponse, *, unread: bool
) -> Finding | None:
    subject = Subject(provider.name)
    refused = response.status in _OTHER_VERSION_STATUSES
    if (unread or refused) and not transport.http2 and await speaks_only_http2(provider):
        return subject.bad("models", "the server accepts HTTP/2 only", HTTP2_REMEDY)
    alert = await alert_after_handshake(provider) if unread else None
    return handshake_failure(subject, f"after the handshake: {alert}") if alert else None
