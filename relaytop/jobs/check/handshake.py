"""Diagnosis of a failed TLS handshake, by its words and by trials of the port."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from relaytop.jobs.check.certificate import handshake_failure
from relaytop.jobs.check.findings import Subject
from relaytop.jobs.check.port_trials import is_only_strictness, old_tls_version, speaks_plain_http
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from relaytop.config.settings import Provider
    from relaytop.jobs.check.findings import Finding
    from relaytop.probe.transport_settings import TransportSettings

_CERTIFICATE = "certificate: "
"""The beginning of a message about the certificate."""
_SPEAKS_TLS = re.compile(r"alert|unsupported.protocol|no.application.protocol", re.IGNORECASE)
"""Words that only a server of TLS gives rise to."""


async def handshake_finding(
    provider: Provider, transport: TransportSettings, message: str
) -> Finding:
    """Return why a handshake with a provider failed; may try its port again, without a key.

    Args:
        provider: With its base URL.
        transport: How it was reached.
        message: The TLS library's, safe to show.
    """
    subject = Subject(provider.name)
    if message.startswith(_CERTIFICATE):
        if await is_only_strictness(provider, transport):
            meaning = (
                "the certificate breaks a rule that Python enforces from 3.13 on "
                f"({clean(message)}), as many a company's CA does"
            )
            remedy = (
                "have the CA reissue it; until then set tls_strict = false at the provider: "
                "it is still verified"
            )
            return subject.bad("tls", meaning, remedy)
        return handshake_failure(subject, message)
    if transport.proxy is not None:
        return handshake_failure(subject, message)
    version, plain = await asyncio.gather(old_tls_version(provider), speaks_plain_http(provider))
    if version is not None:
        meaning = f"the server speaks {version}, which this host does not accept ({clean(message)})"
        return subject.bad("tls", meaning, "ask its operator to allow TLS 1.2 or newer")
    if plain and not _SPEAKS_TLS.search(message):
        meaning = f"the port speaks plain HTTP, not TLS ({clean(message)})"
        return subject.bad("tls", meaning, "write http:// in base_url")
    return handshake_failure(subject, message)
