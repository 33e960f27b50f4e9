"""Checks of `[fleet]` and of the flags of `relaytop fleet`."""

from __future__ import annotations

from pathlib import Path

from relaytop.config.errors import MAX_QUOTED
from relaytop.config.host_names import checked_hosts
from relaytop.config.label_matchers import checked_label, parse_matchers
from relaytop.config.masking import mask_secrets
from relaytop.config.urls import checked_url

GROUPS = ("provider", "model")
"""What `--by` may name beside a label."""


def checked_prometheus(text: str) -> str:
    """Return the URL of a Prometheus without its trailing slash.

    Raises:
        ValueError: It is none, or carries a password.
    """
    try:
        return checked_url(text)
    except ValueError as error:
        if "user or a key" in str(error):
            message = "a URL must not carry a user or a password; use token_env or headers"
        else:
            message = mask_secrets(str(error).replace("https://host/v1", "http://host:9090"))
        raise ValueError(message) from None


def checked_match(text: str) -> str:
    """Return a label selector; `ValueError` where it is none."""
    parse_matchers(text)
    return text


def checked_by(text: str) -> str:
    """Return `provider`, `model` or the label of a place; `ValueError` where it is none."""
    return text if text in GROUPS else checked_label(text)


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
