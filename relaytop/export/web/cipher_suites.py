"""The cipher suites of Go, by which the file names them, as OpenSSL calls them."""

from __future__ import annotations

_SIGNATURES = ("ECDSA", "RSA")
_CIPHERS = {
    "AES_128_CBC_SHA": "AES128-SHA",
    "AES_256_CBC_SHA": "AES256-SHA",
    "AES_128_GCM_SHA256": "AES128-GCM-SHA256",
    "AES_256_GCM_SHA384": "AES256-GCM-SHA384",
    "CHACHA20_POLY1305_SHA256": "CHACHA20-POLY1305",
}
TLS12 = {
    f"TLS_ECDHE_{signature}_WITH_{ours}": f"ECDHE-{signature}-{theirs}"
    for signature in _SIGNATURES
    for ours, theirs in _CIPHERS.items()
}
"""Go's name → OpenSSL's, of TLS 1.2."""
TLS13 = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
"""Those of TLS 1.3, which cannot be chosen: all are on, as in Go."""
