"""Checks of `[fleet]`."""

from __future__ import annotations

from pathlib import Path

from relaytop.config.errors import MAX_QUOTED
from relaytop.config.host_names import checked_hosts


def checked_ssh(value: object) -> tuple[str, ...]:
    """Return hosts for ssh; `ValueError` where one is none."""
    if not isinstance(value, list) or not all(isinstance(host, str) for host in value):
        message = 'not a list of hosts; write it as ["ops-1", "ops-2"]'
        raise ValueError(message)
    return checked_hosts(value)


def checked_ssh_config(text: str) -> str:
    """Return the path of ssh's config file; `ValueError` where there is none."""
    path = Path(text).expanduser()
    if not path.is_file():
        message = f"{text[:MAX_QUOTED]}: no such file"
        raise ValueError(message)
    return str(path)
