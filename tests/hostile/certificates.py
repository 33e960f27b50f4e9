"""Certificates that must not be trusted, and one that must, made by the openssl program."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
AUTHORITY = """
[ca]
default_ca = here
[here]
new_certs_dir = .
database = index.txt
unique_subject = no
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
x509_extensions = server
[any]
commonName = supplied
[server]
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
"""With key identifiers and usages: from Python 3.13 on, a chain that lacks them is not trusted."""
PAST = ("20200101000000Z", "20200201000000Z")
NOW = ("20200101000000Z", "20991231000000Z")


def certificates(folder: Path) -> dict[str, Path]:
    """Make the PEM files: `ca`, and the servers' `good`, `expired`, `other_name`, `self_signed`."""
    (folder / "ca.cnf").write_text(AUTHORITY)
    (folder / "index.txt").write_text("")
    _root(folder, "ca", "/CN=an authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    _root(folder, "self_signed", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    for name, host, (start, end) in (
        ("good", "localhost", NOW),
        ("expired", "localhost", PAST),
        ("other_name", "elsewhere.example", NOW),
    ):
        alternative = ("-addext", f"subjectAltName=DNS:{host}")
        keys = ("-keyout", f"{name}.key", "-out", f"{name}.csr")
        _openssl(folder, "req", *EC, *keys, "-subj", f"/CN={host}", *alternative)
        authority = ("-config", "ca.cnf", "-cert", "ca.crt", "-keyfile", "ca.key")
        dates = ("-startdate", start, "-enddate", end)
        files = ("-in", f"{name}.csr", "-out", f"{name}.crt", "-notext")
        _openssl(folder, "ca", "-batch", *authority, *dates, *files)
        _join(folder, name)
    names = ("ca", "good", "expired", "other_name", "self_signed")
    return {name: folder / f"{name}.pem" for name in names}


def _root(folder: Path, name: str, subject: str, *more: str) -> None:
    keys = ("-keyout", f"{name}.key", "-out", f"{name}.crt", "-days", "7")
    _openssl(folder, "req", "-x509", *EC, *keys, "-subj", subject, *more)
    _join(folder, name)


def _join(folder: Path, name: str) -> None:
    parts = [(folder / f"{name}{end}").read_text() for end in (".crt", ".key")]
    (folder / f"{name}.pem").write_text("".join(parts))


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=20)
