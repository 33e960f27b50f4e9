"""Credentials of a provider, and of a target's requests, that no text may show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.config.masked_tables import secrets_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Provider, Target

MIN_LENGTH = 8
"""Characters of a value that is no key: a shorter one would hide ordinary words."""


def credentials(provider: Provider) -> Sequence[str]:
    """Return a provider's key and the values of its custom headers, which may carry another."""
    key = [provider.key.reveal()] if provider.key else []
    return key + [v for v in provider.headers.values() if len(v) >= MIN_LENGTH]


def extra_credentials(target: Target) -> tuple[str, ...]:
    """Return what is secret in the `extra` of a target's requests."""
    return tuple(value for value in secrets_in(target.extra) if len(value) >= MIN_LENGTH)
