"""Credentials of a provider that no text may show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Provider

MIN_HEADER_LENGTH = 8


def credentials(provider: Provider) -> Sequence[str]:
    """Return a provider's key and the values of its custom headers, which may carry another.

    Values under `MIN_HEADER_LENGTH` characters are left out: they would hide ordinary words.
    """
    key = [provider.key.reveal()] if provider.key else []
    return key + [v for v in provider.headers.values() if len(v) >= MIN_HEADER_LENGTH]
