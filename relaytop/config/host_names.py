"""Names of machines that ssh connects to, and of the program there."""

from __future__ import annotations

import re
from collections import Counter
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_HOSTS = 64
MAX_LENGTH = 255
_HOST = re.compile(r"[^\s\x00-\x1f\x7f'\"\\`$;&|<>(){}*?!#]+")
_PROGRAM = re.compile(r"[A-Za-z0-9._/~+@%=:,-]+")


def checked_host(text: str) -> str:
    """Return a host as ssh is given it: `ops-1`, `user@ops-1.example.com`, `ssh://ops-1:2222`.

    Raises:
        ValueError: It could be taken for an option, or for something that is no name.
    """
    name = text.rpartition("@")[2] if "://" not in text else text
    if (
        not text.isprintable()
        or len(text) > MAX_LENGTH
        or text.startswith("-")
        or not name
        or name.startswith("-")
        or not _HOST.fullmatch(text)
    ):
        message = (
            f"{text[:40]!r} is not a host for ssh; write it as ops-1, user@ops-1 or a Host of "
            "your ssh config"
        )
        raise ValueError(message)
    return text


def checked_hosts(texts: Sequence[str]) -> tuple[str, ...]:
    """Return hosts, each once.

    Raises:
        ValueError: One is none, or they are too many.
    """
    hosts = tuple(dict.fromkeys(map(checked_host, texts)))
    if len(hosts) > MAX_HOSTS:
        message = f"{len(hosts)} hosts: at most {MAX_HOSTS} are read over ssh; use Prometheus"
        raise ValueError(message)
    return hosts


def checked_program(text: str) -> str:
    """Return the path of relaytop on the hosts: one word, which no shell there takes apart.

    Raises:
        ValueError: It is more than that.
    """
    if not _PROGRAM.fullmatch(text) or text.startswith("-"):
        message = f"{text[:40]!r} is not a program's path; write it as /opt/relaytop/bin/relaytop"
        raise ValueError(message)
    return text


def place_names(hosts: Sequence[str]) -> dict[str, str]:
    """Return host → the shortest name that tells it from the others: without user and domain."""
    forms = [_forms(host) for host in hosts]
    counts = [Counter(names[level] for names in forms) for level in range(3)]
    return {
        host: next((n for n, count in zip(names, counts, strict=True) if count[n] == 1), host)
        for host, names in zip(hosts, forms, strict=True)
    }


def _forms(host: str) -> tuple[str, str, str]:
    """Return a host without user and domain, without user, and whole."""
    bare = host.removeprefix("ssh://")
    name = bare.rpartition("@")[2]
    first = name.partition(":")[0] if name.count(":") == 1 else name
    return (first if _is_address(first) else first.partition(".")[0]), name, bare


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True
