"""The TLS of a web config: a context for the server, and which client certificates it takes."""

from __future__ import annotations

import ipaddress
import ssl
from typing import TYPE_CHECKING, Any

from relaytop.config.errors import RelaytopError
from relaytop.export.web.cipher_suites import TLS12

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from relaytop.export.web.schema import TlsTable

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_VERIFY = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}


def tls_files(table: TlsTable, folder: Path) -> tuple[Path, ...]:
    """Return the files that a context is made of, relative to the config file's folder."""
    names = (table.cert_file, table.key_file, table.client_ca_file)
    return tuple(folder / name for name in names if name)


def server_context(table: TlsTable, folder: Path) -> ssl.SSLContext:
    """Return a context.

    Raises:
        RelaytopError: A file cannot be read, or holds something else; it names the key.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    lowest = table.min_version
    suites = [TLS12[name] for name in table.cipher_suites if name in TLS12]
    if suites:
        context.set_ciphers(":".join(suites))
    elif table.cipher_suites:
        lowest = "TLS13"
    context.minimum_version = _VERSIONS[lowest]
    context.maximum_version = _VERSIONS[table.max_version]
    if not table.prefer_server_cipher_suites:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_alpn_protocols(["http/1.1"])
    for key, name in (("cert_file", table.cert_file), ("key_file", table.key_file)):
        _check_readable(key, folder / name)
    try:
        # A key with a passphrase would ask for it at the terminal.
        context.load_cert_chain(folder / table.cert_file, folder / table.key_file, password=b"")
    except (ssl.SSLError, ValueError) as error:
        files = f"{folder / table.cert_file}, {folder / table.key_file}"
        why = _reason(error)
        sentence = f"tls_server_config: {files}: no certificate and its unencrypted key ({why})"
        raise RelaytopError(sentence) from None
    if table.client_ca_file:
        ca = folder / table.client_ca_file
        _check_readable("client_ca_file", ca)
        try:
            context.load_verify_locations(ca)
        except ssl.SSLError as error:
            sentence = f"tls_server_config.client_ca_file: {ca}: no certificate ({_reason(error)})"
            raise RelaytopError(sentence) from None
    context.verify_mode = _VERIFY[table.client_auth_type]
    return context


def has_allowed_name(certificate: Mapping[str, Any], allowed: Sequence[str]) -> bool:
    """Return whether a client's certificate has one of these alternative names.

    Args:
        certificate: As `ssl.SSLSocket.getpeercert` returns it.
        allowed: Host names, IP and e-mail addresses, URIs.
    """
    names = {_plain(kind, name) for kind, name in certificate.get("subjectAltName", ())}
    return not names.isdisjoint(allowed)


def _plain(kind: str, name: str) -> str:
    return str(ipaddress.ip_address(name.strip())) if kind == "IP Address" else name


def _check_readable(key: str, path: Path) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        sentence = f"tls_server_config.{key}: {path}: {(error.strerror or str(error)).lower()}"
        raise RelaytopError(sentence) from None


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or "malformed"
    return str(reason).replace("_", " ").lower()
