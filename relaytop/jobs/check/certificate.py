"""Findings of a TLS handshake: why it failed, or how long the certificate is valid."""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING, Any

from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.jobs.check.findings import Finding, Subject

MIN_DAYS = 14
"""Days left under which it is worth a warning."""
DAY_S = 86_400
HTTP2_REMEDY = "set http2 = true at the provider (extra `h2`: pip install 'relaytop[h2]')"
_UNKNOWN = "ask the server's operator; `openssl s_client -connect HOST:PORT` shows details"
_CAUSES = (
    (
        "expired",
        "the certificate has expired",
        "the provider must renew it; check this host's clock too",
    ),
    ("not yet valid", "the certificate is not valid yet", "check this host's clock"),
    (
        "mismatch|not valid for",
        "the certificate is for another host name",
        "use the host name in base_url that the certificate is for",
    ),
    (
        "self.signed certificate in certificate chain",
        "the certificate is signed by a CA that is not trusted here",
        "set `ca_file` to that CA's file, if you trust it (a company proxy, for example)",
    ),
    (
        "self.signed",
        "the certificate is self-signed",
        "set `ca_file` to it, if the server is yours",
    ),
    (
        "unable to get",
        "the CA of the certificate is unknown here",
        "set `ca_file` to the CA's file, or install the system's ca-certificates",
    ),
    (
        "no.application.protocol",
        "the server accepts HTTP/2 only",
        HTTP2_REMEDY,
    ),
    (
        "unsupported.protocol|protocol.version|wrong.ssl.version|version.too.low",
        "no TLS version in common with the server",
        "ask its operator to allow TLS 1.2 or newer",
    ),
    (
        "certificate.required",
        "the server requires a client certificate, which relaytop does not send",
        "use a proxy that sends it, or ask the operator for another endpoint",
    ),
    (
        "unrecognized.name",
        "the server does not recognise this host name (SNI)",
        "use the host name in base_url that the server expects",
    ),
    (
        "too.small|too.weak",
        "the server's key or certificate is too weak for this host's OpenSSL",
        "ask its operator to renew it",
    ),
)
"""Pattern of the TLS library's message → meaning, remedy; the first that fits."""


def handshake_failure(subject: Subject, message: str) -> Finding:
    """Return why a handshake failed, by the TLS library's message (safe to show)."""
    for pattern, meaning, remedy in _CAUSES:
        if re.search(pattern, message, re.IGNORECASE):
            return subject.bad("tls", f"{meaning} ({clean(message)})", remedy)
    return subject.bad("tls", clean(message), _UNKNOWN)


def certificate_finding(
    subject: Subject, certificate: Mapping[str, Any] | None, version: str, now: float
) -> Finding:
    """Return how long a verified certificate is still valid; a warning under 14 days.

    Args:
        subject: The provider.
        certificate: As `getpeercert` gives it.
        version: Of TLS, as `TLSv1.3`.
        now: Unix seconds.
    """
    until = (certificate or {}).get("notAfter")
    try:
        days = int((ssl.cert_time_to_seconds(str(until)) - now) // DAY_S)
    except ValueError:
        return subject.good("tls", f"{version}, the certificate is valid")
    meaning = f"{version}, the certificate is valid for {days} {'day' if days == 1 else 'days'}"
    if days < MIN_DAYS:
        return subject.warn("tls", meaning, "ask the provider's operator to renew it")
    return subject.good("tls", meaning)
