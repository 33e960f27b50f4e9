"""What a certificate, or the lack of a good one, tells."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from relaytop.jobs.check.findings import BAD, GOOD, WARN, Finding
from relaytop.wire.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

WARN_DAYS = 14
DAY_S = 86_400
_CAUSES = (
    (
        "expired",
        "the certificate has expired",
        "the provider must renew it; check this machine's clock too",
    ),
    (
        "not yet valid",
        "the certificate is not valid yet",
        "check this machine's clock",
    ),
    (
        "mismatch",
        "the certificate is for another name",
        "write the host in base_url as the certificate names it",
    ),
    (
        "not valid for",
        "the certificate is for another name",
        "write the host in base_url as the certificate names it",
    ),
    (
        "self-signed certificate in certificate chain",
        "the certificate comes from an authority that is not trusted here",
        "name that authority's file in `ca_file`, if it is yours (a company's proxy, say)",
    ),
    (
        "self-signed",
        "the certificate is self-signed",
        "name its file in `ca_file`, if the server is yours",
    ),
    (
        "unable to get",
        "the certificate's authority is unknown here",
        "name its file in `ca_file`, or install this system's ca-certificates",
    ),
)
_HANDSHAKE = "check that the port speaks TLS: http:// may be meant"


def tls_failed(provider: str, words: str) -> Finding:
    """Say why a handshake failed.

    Args:
        provider: Its name.
        words: The TLS library's, safe to show.
    """
    low = words.lower().replace("self signed", "self-signed")
    for part, meaning, remedy in _CAUSES:
        if part in low:
            return Finding(provider, None, "tls", BAD, f"{meaning} ({clean(words)})", remedy)
    return Finding(provider, None, "tls", BAD, clean(words), _HANDSHAKE)


def tls_good(
    provider: str, certificate: Mapping[str, Any] | None, version: str, now: float
) -> Finding:
    """Say how long a verified certificate is still valid; a warning under 14 days.

    Args:
        provider: Its name.
        certificate: As `getpeercert` gives it.
        version: Of TLS, as `TLSv1.3`.
        now: Unix seconds.
    """
    until = (certificate or {}).get("notAfter")
    try:
        days = int((ssl.cert_time_to_seconds(str(until)) - now) // DAY_S)
    except ValueError:
        return Finding(provider, None, "tls", GOOD, f"{version}, the certificate is valid")
    words = f"{version}, the certificate is valid for {days} {'day' if days == 1 else 'days'}"
    if days < WARN_DAYS:
        remedy = "have it renewed: the provider's operator does that"
        return Finding(provider, None, "tls", WARN, words, remedy)
    return Finding(provider, None, "tls", GOOD, words)
